// Random stories of tables in every mode, with and without a total row, through whose refreshes Excel fails at any step: after the refresh
// that ends well the table holds what a simple model says, each note, formula and comment with its row, and what stands below is in its place.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks } from '../../addin/links.ts'
import { changeTable, refreshTable } from '../../addin/refresh.ts'
import { plainSettings, type TableSettings } from '../../addin/table-choice.ts'
import type { InjectedError } from '../../excel-host/engine/host.ts'
import { asUser, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Age', type: 'integer' },
]
const extra: ColumnBody = { name: 'Extra', type: 'text' }

type Row = readonly [id: string, name: string, age: number]
type Mode = Pick<TableSettings, 'mode' | 'vanished'>

const modes: readonly Mode[] = [
  { mode: 'replace', vanished: 'delete' },
  { mode: 'append', vanished: 'delete' },
  { mode: 'merge', vanished: 'delete' },
  { mode: 'merge', vanished: 'keep' },
  { mode: 'merge', vanished: 'mark' },
]
const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
const anyRow = (id: string): fc.Arbitrary<Row> =>
  fc.tuple(fc.constant(id), fc.constantFrom('Ann', '=x', '', '007'), fc.nat({ max: 3 }))
const revision = (minLength: number): fc.Arbitrary<readonly Row[]> =>
  fc.shuffledSubarray(ids, { minLength }).chain((some) => fc.tuple(...some.map(anyRow)))
const failure: fc.Arbitrary<InjectedError> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.constantFrom({}, { executed: true }), fc.nat({ max: 24 }))
  .map(([batch, how, afterChanges]) => ({
    batch,
    error: 'GeneralException',
    ...(afterChanges < 12 ? { afterChanges } : how),
  }))
const step = fc.record({
  rows: revision(0),
  hasExtra: fc.boolean(),
  acts: fc.array(fc.constantFrom('sort', 'filter', 'note'), { maxLength: 2 }),
  /** Of each try the failures that Excel has in store for it; the last try has none. */
  failures: fc.array(fc.array(failure, { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  isNewPane: fc.boolean(),
  change: fc.option(fc.constantFrom(...modes), { freq: 4, nil: undefined }),
})
const anyStory = fc.record({
  mode: fc.constantFrom(...modes),
  hasTotals: fc.boolean(),
  gap: fc.nat({ max: 12 }),
  first: revision(1),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
})

interface Known {
  readonly row: Row
  readonly note: string
}

/** What the table holds after a refresh, by key. */
function modelRefresh(before: ReadonlyMap<string, Known>, rows: readonly Row[], { mode, vanished }: Mode) {
  const now = new Map(rows.map((row) => [row[0], row]))
  const isKept = mode === 'append' || (mode === 'merge' && vanished !== 'delete')
  const after = new Map<string, Known>()
  for (const [id, known] of before) {
    const row = now.get(id)
    if (row) after.set(id, mode === 'append' ? known : { ...known, row })
    else if (isKept) after.set(id, known)
  }
  for (const [id, row] of now) if (!after.has(id)) after.set(id, { row, note: '' })
  return after
}

/** Notes, a formula and comments beside the rows, and something below; returns the row of what stands below. */
function prepare(fixture: TableFixture, hasTotals: boolean, gap: number): Promise<number> {
  return asUser(fixture, async (sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const keys = table.columns.getItem('Id').getDataBodyRange().load('values')
    await context.sync()
    const names = keys.values.map(([key]) => String(key))
    table.columns.add(undefined, [['Note'], ...names.map((id) => [`note ${id}`])])
    table.columns.add(undefined, [['Double'], ...names.map(() => ['=[@Age]*2'])])
    for (const [index, id] of names.entries())
      context.workbook.comments.add(sheet.getRangeByIndexes(1 + index, 3, 1, 1), `comment ${id}`)
    if (hasTotals) table.showTotals = true
    const whole = table.getRange().load('rowCount')
    await context.sync()
    const row = whole.rowCount + gap
    sheet.getRangeByIndexes(row, 1, 1, 2).values = [['below', 1]]
    await context.sync()
    return row
  })
}

interface Cells {
  /** Of each key: its cells, its note, and whether the formula is there. */
  readonly rows: readonly (readonly [string, unknown])[]
  /** The keys of the rows that comments stand at, by what they say. */
  readonly comments: Readonly<Record<string, string>>
  readonly end: number
  readonly below: number
}

function readSheet(fixture: TableFixture): Promise<Cells> {
  return asUser(fixture, async (sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const body = table.getDataBodyRange().load('formulas,rowIndex')
    const whole = table.getRange().load('rowCount')
    const comments = context.workbook.comments.load('items/content')
    const used = sheet.getRange('B:C').getUsedRange(true).load('values,rowIndex')
    await context.sync()
    const places = comments.items.map((comment) => comment.getLocation().load('rowIndex'))
    await context.sync()
    const formulas = body.formulas as unknown[][]
    const rows = formulas.flatMap(([id, name, age, note, double]): [string, unknown][] => {
      const isBlank = formulas.length === 1 && [id, name, age, note].every((cell) => cell === '')
      return isBlank ? [] : [[String(id), [id, name, age, note, double === '=[@Age]*2']]]
    })
    return {
      rows: rows.toSorted(([one], [other]) => one.localeCompare(other)),
      comments: Object.fromEntries(
        comments.items.map(({ content }, index) => [
          content,
          String(formulas[(places[index]?.rowIndex ?? 0) - body.rowIndex]?.[0]),
        ]),
      ),
      end: whole.rowCount,
      below: used.rowIndex + used.values.findIndex(([cell]) => cell === 'below'),
    }
  })
}

/** Uses up what is left of failures to come. */
async function calm(fixture: TableFixture): Promise<void> {
  for (let batch = 0; batch < 30; batch += 1)
    await asUser(fixture, async (sheet, context) => {
      sheet.getRange('A1').load('values')
      await context.sync()
    }).catch(() => undefined)
}

/** What a user does; returns the key of the row that got another note. */
async function act(fixture: TableFixture, what: string, text: string): Promise<string | undefined> {
  const { person, workbook } = fixture.excel
  const { name } = workbook.tables[0]!
  if (what === 'sort') person.sort(name, 'Note', text.length % 2 === 0)
  if (what === 'filter') person.filter(name, 'Age', ['1', '2'])
  if (what !== 'note') return undefined
  return asUser(fixture, async (_sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const key = table.columns.getItem('Id').getDataBodyRange().getCell(0, 0).load('values')
    await context.sync()
    if (key.values[0]?.[0] === '') return undefined
    table.columns.getItem('Note').getDataBodyRange().getCell(0, 0).values = [[text]]
    await context.sync()
    return String(key.values[0]?.[0])
  })
}

test('a table holds what its mode says, whatever Excel refuses on the way', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, async ({ mode, hasTotals, gap, first, steps }) => {
      const dataset = new TinyDataset(columns, ['Id'])
      dataset.publish(first)
      const fixture = await startTables(dataset)
      try {
        fixture.excel.workbook.autoCorrect.expandTables = false
        await insertDataset(fixture.deps, 'people', { ...plainSettings, ...mode }, fixture.options)
        const below = await prepare(fixture, hasTotals, gap)
        let workbook = fixture.deps.workbook
        let settings = mode
        let known: ReadonlyMap<string, Known> = new Map(first.map((row) => [row[0], { row, note: `note ${row[0]}` }]))
        let hasGrown = false
        for (const [index, { rows, hasExtra, acts, failures, isNewPane, change }] of steps.entries()) {
          for (const what of acts) {
            const note = `${what} ${index}`
            const key = await act(fixture, what, note)
            if (key !== undefined) known = new Map(known).set(key, { ...known.get(key)!, note })
          }
          dataset.columns = hasExtra ? [...columns, extra] : columns
          dataset.publish(hasExtra ? rows.map((row) => [...row, `extra ${row[0]}`]) : rows)
          const refresh = async () => {
            const deps = { ...fixture.deps, workbook }
            const [link] = await readLinks(workbook)
            const options = { ...fixture.options, growth: 'insert' as const }
            return change
              ? changeTable(deps, link!, { ...plainSettings, ...change }, options)
              : refreshTable(deps, link!, options)
          }
          for (const some of failures) {
            for (const each of some) fixture.excel.injectError(each)
            await refresh().catch(() => undefined)
            if (isNewPane) workbook = createExcelWorkbook()
          }
          await calm(fixture)
          const { link } = await refresh()
          expect(link.isUnfinished).toBe(false)
          settings = change ?? settings
          known = modelRefresh(known, rows, settings)
          const cells = await readSheet(fixture)
          const expected = [...known].map(([id, { row, note }]) => [id, [...row, note, true]])
          expect(cells.rows).toEqual(expected.toSorted(([one], [other]) => String(one).localeCompare(String(other))))
          for (const [content, key] of Object.entries(cells.comments)) expect(content).toBe(`comment ${key}`)
          hasGrown ||= cells.end > below
          if (!hasGrown) expect(cells.below).toBe(below)
        }
      } finally {
        await fixture.stop()
      }
    }),
    { numRuns: Number(process.env['STORIES'] ?? 60), seed: Number(process.env['STORIES_SEED'] ?? 11) },
  )
})
