// Columns that are new at the source, and rows that somebody puts in at the very moment of a refresh.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks, type Link } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings, type TableSettings } from '../../addin/table-choice.ts'
import { RowsMoved } from '../../addin/table-error.ts'
import type { Workbook } from '../../addin/workbook.ts'
import { people, peopleColumns, startPeople } from './people.ts'
import { asUser, readTable, readValues, settle, type TableFixture } from './table-fixture.ts'

let fixture: TableFixture
let link: Link

beforeEach(async () => {
  fixture = await startPeople()
})

afterEach(() => fixture.stop())

async function insert(settings: Partial<TableSettings> = {}): Promise<void> {
  link = (await insertDataset(fixture.deps, 'people', { ...plainSettings, ...settings }, fixture.options)).link
  await asUser(fixture, async (_sheet, context) => {
    const notes = people.map(([id]) => [`note ${String(id)}`])
    context.workbook.tables.getItemAt(0).columns.add(undefined, [['Note'], ...notes])
    await context.sync()
  })
  await settle(fixture)
}

function publishWithSince(): void {
  fixture.dataset.columns = [...peopleColumns, { name: 'Since', type: 'date' }]
  fixture.dataset.publish(people.map((row) => [...row, '2026-01-31']))
}

const withSince = [
  ['Id', 'Name', 'Age', 'Note', 'Since'],
  ...people.map((row) => [...row, `note ${String(row[0])}`, 46_053]),
]

/** Puts a row without a key, but with a note, into the table, above others. */
const addRow = (): Promise<void> =>
  asUser(fixture, async (_sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    const columns = table.columns.load('items')
    await context.sync()
    const row = columns.items.map((_column, index) => (index === 3 ? 'put in' : ''))
    table.rows.add(1, [row])
    await context.sync()
  })

/** The same workbook; `act` is over before so-and-so-manieth call of a method. */
function actBefore(
  workbook: Workbook,
  name: 'findObstacle' | 'batch',
  call: number,
  act: () => Promise<void>,
): Workbook {
  const method: unknown = Reflect.get(workbook, name)
  let calls = 0
  const intercepted = async (...values: unknown[]): Promise<unknown> => {
    calls += 1
    if (calls === call) await act()
    return typeof method === 'function' ? (Reflect.apply(method, workbook, values) as unknown) : undefined
  }
  return { ...workbook, [name]: intercepted }
}

describe('a new column', () => {
  test('comes beside a total row without taking the last row for it', async () => {
    await insert()
    await asUser(fixture, async (_sheet, context) => {
      context.workbook.tables.getItemAt(0).showTotals = true
      await context.sync()
    })
    publishWithSince()
    await refreshTable(fixture.deps, link, fixture.options)
    const cells = await readTable(fixture)
    expect(cells.slice(0, -1)).toEqual(withSince)
    expect(cells.at(-1)).toContain('Total')
  })

  test.each([false, true])('comes once, whatever request fails (carried out: %s)', async (executed) => {
    let failures = 0
    for (let batch = 1; ; batch += 1) {
      await fixture.stop()
      fixture = await startPeople()
      await insert()
      publishWithSince()
      fixture.excel.injectError({ error: 'GeneralException', batch, executed })
      const { batches } = fixture.excel.counters
      const outcome = await refreshTable(fixture.deps, link, fixture.options).catch((error: unknown) => error)
      if (fixture.excel.counters.batches - batches < batch) break
      if (outcome instanceof Error) failures += 1
      link = (await readLinks(fixture.deps.workbook))[0] ?? link
      link = (await refreshTable(fixture.deps, link, fixture.options)).link
      expect(await readTable(fixture)).toEqual(withSince)
      expect(link).toMatchObject({ isUnfinished: false, memory: { addingTo: undefined } })
    }
    expect(failures).toBeGreaterThan(8)
  })

  test('leaves no row behind when somebody puts one in right before it comes', async () => {
    await insert()
    publishWithSince()
    const workbook = actBefore(fixture.deps.workbook, 'findObstacle', 1, addRow)
    await refreshTable({ ...fixture.deps, workbook }, link, fixture.options)
    const [header, ...rows] = await readTable(fixture)
    expect(header).toEqual(withSince[0])
    expect(rows.toSorted()).toEqual([...withSince.slice(1), ['', '', '', 'put in', '']].toSorted())
  })
})

describe('a row that somebody puts in between two requests', () => {
  test.each(['replace', 'merge'] as const)('makes no record come twice in mode %s', async (mode) => {
    for (let call = 1; call <= 6; call += 1) {
      await fixture.stop()
      fixture = await startPeople()
      await insert({ mode, vanished: 'keep' })
      fixture.dataset.oldestKnown = 2
      const changed = people.map(([id = '', name = '']) => [id, name, call])
      fixture.dataset.publish(changed)
      const workbook = actBefore(fixture.deps.workbook, 'batch', call, addRow)
      link = (await refreshTable({ ...fixture.deps, workbook }, link, fixture.options)).link
      await refreshTable(fixture.deps, link, fixture.options)
      const rows = (await readTable(fixture)).slice(1).filter(([, , , note]) => note !== 'put in')
      expect(rows.toSorted()).toEqual(changed.map((row) => [...row, `note ${String(row[0])}`]).toSorted())
    }
  })
})

test('what is meant for a row that somebody has deleted is not written below the table', async () => {
  await insert()
  const { workbook } = fixture.deps
  await asUser(fixture, async (_sheet, context) => {
    context.workbook.tables.getItemAt(0).rows.getItemAt(1).delete()
    await context.sync()
  })
  const write = workbook.batch({ table: link.tableId }, (batch) => {
    batch.expectRows(4)
    batch.write({ row: 3, column: 0, rows: 1, columns: 1 }, [['d']])
    return () => undefined
  })
  await expect(write).rejects.toBeInstanceOf(RowsMoved)
  expect(await readValues(fixture, 'A4:A6')).toEqual([['d'], [''], ['']])
})
