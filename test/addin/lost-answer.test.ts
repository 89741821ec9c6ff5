// A deletion that Excel carries out although it answers with an error, while somebody sorts right before it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import type { Batch, Workbook } from '../../addin/workbook.ts'
import { asUser, readTable, settle, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

const keys = ['a', 'b', 'c', 'd', 'e', 'f']
let fixture: TableFixture

beforeEach(async () => {
  const dataset = new TinyDataset([{ name: 'Id', type: 'text' }], ['Id'])
  dataset.publish(keys.map((key) => [key]))
  fixture = await startTables(dataset)
})

afterEach(() => fixture.stop())

/** The same workbook; `act` happens right before the first request that deletes cells. */
function beforeDeletion(workbook: Workbook, act: () => void): Workbook {
  let isDone = false
  return new Proxy(workbook, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (name !== 'batch' || typeof method !== 'function') return method
      return (anchor: unknown, record: (batch: Batch) => unknown): unknown =>
        Reflect.apply(method, target, [
          anchor,
          (batch: Batch) =>
            record(
              new Proxy(batch, {
                get: (recorded, call) => {
                  if (call === 'deleteCells' && !isDone) {
                    isDone = true
                    act()
                  }
                  const value: unknown = Reflect.get(recorded, call)
                  return typeof value === 'function' ? (value.bind(recorded) as unknown) : value
                },
              }),
            ),
        ])
    },
  })
}

/** A column of the user's own. */
const addNotes = (): Promise<unknown> =>
  asUser(fixture, async (_sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    table.columns.add(undefined, [['Note'], ...keys.map((key) => [`note of ${key}`])])
    await context.sync()
  })

test.each([
  { what: 'and its answer got lost', error: { batch: 1, error: 'GeneralException', executed: true } },
  { what: 'and everything after its answer was refused', error: { batch: 2, error: 'GeneralException' } },
])('gives a row that was deleted by mistake back in another pane, $what', async ({ error }) => {
  const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  await addNotes()
  fixture.dataset.publish(keys.slice(2).map((key) => [key]))
  const workbook = beforeDeletion(fixture.deps.workbook, () => {
    fixture.excel.person.sort(link.tableName, 'Id', false)
    // The request that says so in the link fails as well; then the pane is gone.
    fixture.excel.injectError(error)
  })
  await expect(refreshTable({ ...fixture.deps, workbook }, link, fixture.options)).rejects.toThrow()
  expect((await readTable(fixture)).map(([key]) => key)).toEqual(['Id', 'd', 'c', 'b', 'a'])
  const another = createExcelWorkbook()
  const left = (await readLinks(another))[0]!
  await refreshTable({ ...fixture.deps, workbook: another }, left, fixture.options)
  const rows = (await readTable(fixture)).slice(1).toSorted()
  expect(rows).toEqual(keys.slice(2).map((key) => [key, `note of ${key}`]))
  expect((await readLinks(another))[0]!.memory).toMatchObject({ lost: [], kept: [] })
})

test('gives every row that was deleted by mistake back, with what the user had in it', async () => {
  let { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  await addNotes()
  // The rows that are to go are at the top; sorted the other way round, others are there.
  fixture.dataset.publish(keys.slice(2).map((key) => [key]))
  let sorted = 0
  const workbook = beforeDeletion(fixture.deps.workbook, () => {
    sorted += 1
    fixture.excel.person.sort(link.tableName, 'Id', false)
    fixture.excel.injectError({ batch: 1, error: 'GeneralException', executed: true })
  })
  const deps = { ...fixture.deps, workbook }
  await expect(refreshTable(deps, link, fixture.options)).rejects.toThrow()
  expect(sorted).toBe(1)
  // The rows e and f are gone indeed.
  expect((await readTable(fixture)).map(([key]) => key)).toEqual(['Id', 'd', 'c', 'b', 'a'])
  link = (await readLinks(workbook))[0]!
  await refreshTable(deps, link, fixture.options)
  const rows = (await readTable(fixture)).slice(1).toSorted()
  expect(rows).toEqual(keys.slice(2).map((key) => [key, `note of ${key}`]))
})

test('gives the row that stays what the user had in another row of the same record', async () => {
  await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
  await addNotes()
  const table = fixture.excel.workbook.tables[0]!
  fixture.excel.person.clear('B3')
  fixture.excel.person.appendRow(table.name, ['b', 'moved here'])
  const [link] = await readLinks(fixture.deps.workbook)
  await refreshTable(fixture.deps, link!, fixture.options)
  const rows = (await readTable(fixture)).slice(1)
  expect(rows.toSorted()).toEqual(keys.map((key) => [key, key === 'b' ? 'moved here' : `note of ${key}`]))
})

test.each([true, false])('loses no filter, whatever request fails (carried out: %s)', async (executed) => {
  for (let batch = 1; batch <= 24; batch += 1) {
    await fixture.stop()
    const dataset = new TinyDataset([{ name: 'Id', type: 'text' }], ['Id'])
    dataset.publish(keys.map((key) => [key]))
    fixture = await startTables(dataset)
    const { link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    await settle(fixture)
    fixture.excel.person.filter(link.tableName, 'Id', ['b', 'c'])
    dataset.publish(keys.slice(1).map((key) => [key]))
    fixture.excel.injectError({ batch, error: 'GeneralException', executed })
    await refreshTable(fixture.deps, link, fixture.options).catch(() => undefined)
    const filters = fixture.excel.workbook.tables[0]!.filters.length
    expect({ batch, filters }).toEqual({ batch, filters: 1 })
  }
})

test('leaves no comment on a table that is whole again, whichever answer got lost', async () => {
  const countComments = () =>
    asUser(fixture, async (_sheet, context) => {
      const comments = context.workbook.comments.load('items')
      await context.sync()
      return comments.items.length
    })
  let commented = 0
  for (let batch = 1; batch <= 24; batch += 1) {
    await fixture.stop()
    const dataset = new TinyDataset([{ name: 'Id', type: 'text' }], ['Id'])
    dataset.publish(keys.map((key) => [key]))
    fixture = await startTables(dataset)
    await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)
    await addNotes()
    dataset.publish(keys.slice(1).map((key) => [key]))
    const [link] = await readLinks(fixture.deps.workbook)
    // Right before the deletion fails, and then once more somewhere behind it.
    const workbook = beforeDeletion(fixture.deps.workbook, () => {
      fixture.excel.injectError({ batch: 1, error: 'GeneralException' })
      fixture.excel.injectError({ batch: 1 + batch, error: 'GeneralException', executed: true })
    })
    await refreshTable({ ...fixture.deps, workbook }, link!, fixture.options).catch(() => undefined)
    commented += await countComments().catch(() => 0)
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      // The error may still be to come.
      const [stored] = await readLinks(fixture.deps.workbook).catch(() => readLinks(fixture.deps.workbook))
      await refreshTable(fixture.deps, stored!, fixture.options).catch(() => undefined)
    }
    expect((await readLinks(fixture.deps.workbook))[0]).toMatchObject({ isUnfinished: false })
    expect(await countComments()).toBe(0)
  }
  expect(commented).toBeGreaterThan(3)
})
