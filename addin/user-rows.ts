// Rows and cells that are the user's.
import type { OwnCells } from './delta-plan.ts'
import { createRowNaming } from './row-key.ts'
import { shiftFormula } from './shift-formula.ts'
import type { LostRow } from './table-error.ts'
import { readNames, type Target } from './table-reader.ts'

/** Which of these rows, that have no name, hold something that the user wrote in columns of his own. Formulas alone are no such thing. */
export async function findUserRows(
  { workbook, shape, layout }: Target,
  nameless: readonly number[],
): Promise<ReadonlySet<number>> {
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  if (nameless.length === 0 || own.size === shape.columns.length) return new Set()
  const found = await workbook.batch({ table: shape.id }, (batch) => {
    const rows = nameless.map((row) => {
      return { row, formulas: batch.readFormulas({ row, column: 0, rows: 1, columns: shape.columns.length }) }
    })
    return () => rows.map(({ row, formulas }) => ({ row, formulas: formulas()[0] ?? [] }))
  })
  const isWritten = (formula: unknown): boolean => formula !== '' && !String(formula).startsWith('=')
  const users = found.filter(({ formulas }) => formulas.some((text, column) => !own.has(column) && isWritten(text)))
  return new Set(users.map(({ row }) => row))
}

/** Gives rows that were deleted by mistake, and have come back, what the user had in them. */
export async function restoreLost(target: Target, lost: readonly LostRow[]): Promise<void> {
  if (lost.length === 0) return
  const { workbook, shape, layout } = target
  const names = await readNames(target)
  const own = new Set(layout.own.map(({ sheetColumn }) => sheetColumn))
  await workbook.batch({ table: shape.id, hasTotals: shape.hasTotals }, (batch) => {
    for (const { name, row: former, cells } of lost) {
      const row = name === undefined ? -1 : names.indexOf(name)
      if (name !== undefined && row < 0) continue
      if (name === undefined) batch.addRows(1)
      for (const [column, { id }] of shape.columns.entries()) {
        const cell = cells.get(id)
        if (cell === undefined || own.has(column)) continue
        const place = { column, rows: 1, columns: 1 }
        const content = typeof cell === 'string' ? shiftFormula(cell, Math.max(0, row) - former) : cell
        batch.writeFormulas(name === undefined ? { ...place, fromEnd: true, row: -1 } : { ...place, row }, [[content]])
      }
    }
    return () => undefined
  })
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
