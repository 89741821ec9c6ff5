// The workbook's custom XML parts of a namespace, in as few requests as can be: each is a wait for the user.
import type { ExcelMembers } from './excel-members.ts'
import { fitColumns } from './excel-place.ts'
import { run } from './excel-run.ts'
import { WorkbookError } from './workbook-error.ts'
import type { Workbook } from './workbook.ts'

/** What was read, still in its context. */
interface Reading {
  readonly parts: readonly Excel.CustomXmlPart[]
  readonly texts: readonly string[]
}

/** The methods of a workbook that are about such parts. They remember the ids of those read last, which hardly ever change. */
export function createExcelParts(members: ExcelMembers): Pick<Workbook, 'readParts' | 'addPart' | 'editPart'> {
  const knownIds = new Map<string, readonly string[]>()

  /** Reads parts whose ids are known along with the list that tells whether these are all. */
  const read = async (context: Excel.RequestContext, namespace: string): Promise<Reading> => {
    const list = context.workbook.customXmlParts.getByNamespace(namespace).load('items/id')
    const known = members.has('partById') ? (knownIds.get(namespace) ?? []) : []
    const early = known.map((id) => context.workbook.customXmlParts.getItem(id).getXml())
    await context.sync()
    const parts = list.items
    if (parts.length === known.length && parts.every(({ id }, index) => id === known[index])) {
      return { parts, texts: early.map(({ value }) => value) }
    }
    knownIds.set(
      namespace,
      parts.map(({ id }) => id),
    )
    const late = parts.map((part) => part.getXml())
    await context.sync()
    return { parts, texts: late.map(({ value }) => value) }
  }

  const withParts = async <Result>(
    namespace: string,
    work: (context: Excel.RequestContext, reading: Reading) => Promise<Result>,
  ): Promise<Result> => {
    const progress = { isRead: false }
    const readAndWork = async (context: Excel.RequestContext): Promise<Result> => {
      const reading = await read(context, namespace)
      progress.isRead = true
      return work(context, reading)
    }
    try {
      return await run(readAndWork)
    } catch (error) {
      // A part that was known may be gone by now, and cannot be read so in every Excel; all else is no reason to ask again.
      const isGone = error instanceof WorkbookError && error.kind === 'gone'
      const refused = members.findRefused(error)
      if (!(isGone || refused.length > 0) || progress.isRead || !knownIds.delete(namespace)) throw error
      members.doWithout(refused)
      return run(readAndWork)
    }
  }

  return {
    readParts: (namespace) => withParts(namespace, (_context, { texts }) => Promise.resolve(texts)),
    addPart: (xml, fitted) =>
      run(async (context) => {
        context.workbook.customXmlParts.add(xml)
        if (fitted) fitColumns(context, fitted.sheet, fitted)
        await context.sync()
      }),
    editPart: (namespace, edit) =>
      withParts(namespace, async (context, { parts, texts }) => {
        const [first, ...others] = parts
        const xml = edit(texts)
        if (first) first.setXml(xml)
        else context.workbook.customXmlParts.add(xml)
        for (const other of others) other.delete()
        await context.sync()
      }),
  }
}
