import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deleteCells, insertCells } from '../../excel-host/engine/shift.ts'
import { Workbook } from '../../excel-host/engine/workbook.ts'

const SIZE = 8

type Model = (number | undefined)[][]

const operation = fc.record({
  direction: fc.constantFrom('Down', 'Right', 'Up', 'Left'),
  row: fc.nat(SIZE - 1),
  column: fc.nat(SIZE - 1),
  rowCount: fc.integer({ min: 1, max: 3 }),
  columnCount: fc.integer({ min: 1, max: SIZE }),
})

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

// The same on nested arrays, cell by cell: a line of cells along the direction is cut out, spliced and put back.
function applyToModel(model: Model, { direction, row, column, rowCount, columnCount }: Operation): void {
  const vertical = direction === 'Down' || direction === 'Up'
  const inserts = direction === 'Down' || direction === 'Right'
  const [across, acrossCount] = vertical ? [column, columnCount] : [row, rowCount]
  const [along, alongCount] = vertical ? [row, rowCount] : [column, columnCount]
  for (let line = across; line < across + acrossCount; line += 1) {
    const cells = Array.from({ length: 200 }, (_entry, at) => (vertical ? model[at]?.[line] : model[line]?.[at]))
    if (inserts) cells.splice(along, 0, ...Array.from({ length: alongCount }, () => undefined))
    else cells.splice(along, alongCount)
    for (const [at, value] of cells.slice(0, 100).entries()) {
      const [r, c] = vertical ? [at, line] : [line, at]
      ;(model[r] ??= [])[c] = value
    }
  }
}

test('any mix of insertions and deletions leaves every cell where a plain model says', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), (operations) => {
      const workbook = new Workbook()
      const sheet = workbook.activeSheet
      const model: Model = Array.from({ length: SIZE }, (_row, row) =>
        Array.from({ length: SIZE }, (_cell, column) => row * SIZE + column),
      )
      model.forEach((cells, row) => cells.forEach((value, column) => sheet.grid.setValue(row, column, value)))
      for (const { direction, ...area } of operations) {
        if (direction === 'Down' || direction === 'Right') insertCells(sheet, area, direction, workbook)
        else deleteCells(sheet, area, direction, workbook)
        applyToModel(model, { direction, ...area })
        const at = (value: (row: number, column: number) => unknown): unknown[][] =>
          Array.from({ length: 60 }, (_row, row) => Array.from({ length: 60 }, (_cell, column) => value(row, column)))
        expect(at((row, column) => sheet.grid.value(row, column))).toEqual(at((row, column) => model[row]?.[column]))
      }
    }),
    { numRuns: 60 },
  )
}, 30_000)
