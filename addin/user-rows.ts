// Rows and cells that are the user's.
import type { SheetValue } from './cells.ts'
import { sendInChunks } from './chunks.ts'
import { groupBlocks, type OwnCells } from './delta-plan.ts'
import { createRowNaming, isBlank } from './row-key.ts'
import { shiftFormula } from './shift-formula.ts'
import type { LostRow } from './table-error.ts'
import { rangeBytes, readCellBytes, readNames, type Target } from './table-reader.ts'
import type { Rows } from './workbook.ts'

/**
 * Tells whether the cells of a whole row hold something that the user wrote in columns of his own. Formulas alone are no such thing, and
 * neither is what stands in columns that the dataset has lost.
 */
export function createUserTest(target: Target): (formulas: Rows[number]) => boolean {
  const written = createUserText(target)
  return (formulas) => written(formulas) !== undefined
}

/** All that the user wrote in a whole row as one text; undefined where that is nothing. */
function createUserText({ shape, layout }: Target): (formulas: Rows[number]) => string | undefined {
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  const orphaned = new Set(layout.orphaned)
  const users = shape.columns.flatMap(({ header }, column) => (own.has(column) || orphaned.has(header) ? [] : [column]))
  return (formulas) => {
    const written = users.map((column) => formulas[column] ?? '').map((cell) => (isWritten(cell) ? cell : ''))
    return isBlank(written) ? undefined : JSON.stringify(written)
  }
}

/**
 * Which of these rows hold something of the user's, each with all of it as one text; with `keepsOrphaned`, what columns hold that the
 * dataset has lost counts too.
 */
export async function findUserRows(
  target: Target,
  some: readonly number[],
  keepsOrphaned: boolean,
): Promise<ReadonlyMap<number, string>> {
  const { workbook, shape, layout } = target
  if (some.length === 0 || layout.own.length === shape.columns.length) return new Map()
  const textOf = createUserText(keepsOrphaned ? { ...target, layout: { ...layout, orphaned: [] } } : target)
  const columns = shape.columns.length
  const blocks = groupBlocks([...some].sort((one, other) => one - other))
  const users = new Map<number, string>()
  await sendInChunks(
    blocks.map(({ count }) => rangeBytes + count * columns * readCellBytes),
    async (first, count) => {
      const chunk = blocks.slice(first, first + count)
      const read = await workbook.batch({ table: shape.id }, (batch) => {
        const parts = chunk.map((block) =>
          batch.readFormulas({ row: block.row, column: 0, rows: block.count, columns }),
        )
        return () => parts.map((part) => part())
      })
      for (const [index, { row }] of chunk.entries()) {
        for (const [offset, formulas] of (read[index] ?? []).entries()) {
          const text = textOf(formulas)
          if (text !== undefined) users.set(row + offset, text)
        }
      }
    },
  )
  return users
}

/** Gives rows that were deleted by mistake, and have come back, what the user had in them; what was written there since then stays. */
export async function restoreLost(target: Target, lost: readonly LostRow[]): Promise<void> {
  if (lost.length === 0) return
  const { workbook, shape, layout } = target
  const names = await readNames(target)
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  const found = lost.flatMap((each) => {
    const row = each.name === undefined ? -1 : names.indexOf(each.name)
    return each.name !== undefined && row < 0 ? [] : [{ ...each, row, former: each.row }]
  })
  const anchor = { table: shape.id, hasTotals: shape.hasTotals }
  const present = await workbook.batch(anchor, (batch) => {
    const rows = found.map(({ row }) => {
      return row < 0 ? undefined : batch.readFormulas({ row, column: 0, rows: 1, columns: shape.columns.length })
    })
    return () => rows.map((later) => later?.()[0] ?? [])
  })
  await workbook.batch(anchor, (batch) => {
    for (const [index, { name, row, former, cells }] of found.entries()) {
      if (name === undefined) batch.addRows(1)
      for (const [column, { id }] of shape.columns.entries()) {
        const cell = cells.get(id)
        if (cell === undefined || own.has(column) || isWritten(present[index]?.[column] ?? '')) continue
        const place = { column, rows: 1, columns: 1 }
        const content = typeof cell === 'string' ? shiftFormula(cell, Math.max(0, row) - former) : cell
        batch.writeFormulas(name === undefined ? { ...place, fromEnd: true, row: -1 } : { ...place, row }, [[content]])
      }
    }
    return () => undefined
  })
}

/** Formulas alone are nothing that a user wrote: Excel fills columns with them. */
function isWritten(formula: SheetValue): boolean {
  return formula !== '' && !String(formula).startsWith('=')
}

/** The names of rows, where those that were given a wrong one have the one they had before. */
export function correctNames(
  target: Target,
  cells: readonly OwnCells[],
  misnamed: ReadonlyMap<string, string | undefined>,
): readonly (string | undefined)[] {
  const naming = createRowNaming(target.layout)
  return cells.map((row) => {
    const name = naming.nameRow(row)
    return name !== undefined && misnamed.has(name) ? misnamed.get(name) : name
  })
}
