// Changes of the workbook as they happen, where Excel tells of them.
import type { WorkbookChange } from './workbook.ts'

/** Calls `listener` after changes until the returned function is called. */
export function watchWorkbook(listener: (change: WorkbookChange) => void): () => void {
  let isStopped = false
  const handlers: { remove(): void; context: Excel.RequestContext | OfficeExtension.ClientRequestContext }[] = []
  const tell = (change: WorkbookChange): Promise<void> => {
    if (!isStopped) listener(change)
    return Promise.resolve()
  }
  const register = async (
    add: (context: Excel.RequestContext) => readonly (typeof handlers)[number][],
    onHeard?: () => unknown,
  ) => {
    try {
      await Excel.run(async (context) => {
        const added = add(context)
        await context.sync()
        handlers.push(...added)
      })
      if (isStopped) await removeAll(handlers)
      else onHeard?.()
    } catch {
      // An Excel without these events, or one that is busy: nothing depends on them.
    }
  }
  void register(({ workbook: { worksheets, tables } }) => [
    worksheets.onChanged.add((event) =>
      tell({
        kind: 'cells',
        sheet: event.worksheetId,
        address: event.address,
        isOurs: isOurs(event),
        isRemote: event.source === 'Remote',
      }),
    ),
    tables.onAdded.add(() => tell({ kind: 'tables' })),
    tables.onDeleted.add(() => tell({ kind: 'tables' })),
    worksheets.onAdded.add(() => tell({ kind: 'sheets' })),
    worksheets.onDeleted.add(() => tell({ kind: 'sheets' })),
  ])
  void register(
    ({ workbook }) => [
      workbook.worksheets.onSelectionChanged.add(() => tell({ kind: 'selection' })),
      workbook.worksheets.onActivated.add(() => tell({ kind: 'selection' })),
    ],
    // Whoever looked at the selection before has to look once more, and never again without being told.
    () => tell({ kind: 'selection' }),
  )
  return () => {
    isStopped = true
    void removeAll(handlers)
  }
}

/** Since requirement set 1.14; before, nobody can tell. */
function isOurs(event: { readonly triggerSource?: string }): boolean {
  return event.triggerSource === 'ThisLocalAddin'
}

async function removeAll(
  handlers: { remove(): void; context: Excel.RequestContext | OfficeExtension.ClientRequestContext }[],
): Promise<void> {
  for (const handler of handlers.splice(0)) {
    try {
      handler.remove()
      await handler.context.sync()
    } catch {
      // The workbook is being closed: the handler goes with it.
    }
  }
}
