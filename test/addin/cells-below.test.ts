// What stands below a table, whatever becomes of the table's rows, and wherever a refresh stops.
import { afterEach, expect, test } from 'vitest'
import { createExcelWorkbook } from '../../addin/excel.ts'
import { insertDataset, type TableDeps } from '../../addin/insert.ts'
import { readLinks, type Link } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import type { Batch, Workbook } from '../../addin/workbook.ts'
import { people, startPeople } from './people.ts'
import { asUser, readTable, readValues, writeValues, type SourceRow, type TableFixture } from './table-fixture.ts'

let fixture: TableFixture
let link: Link

afterEach(() => fixture.stop())

interface Story {
  readonly what: string
  readonly before: readonly SourceRow[]
  readonly after: readonly SourceRow[]
  readonly hasTotals?: boolean
  /** Blank rows between the table and what stands below. */
  readonly gap: number
}

const others: readonly SourceRow[] = ['v', 'w', 'x', 'y', 'z'].map((id) => [id, id.toUpperCase(), 7])
const [ann, bob, cem] = people as readonly [SourceRow, SourceRow, SourceRow]
const stories: readonly Story[] = [
  { what: 'rows go', before: people, after: [bob], gap: 0 },
  { what: 'rows go from a table with a total row', before: people, after: [ann, cem], hasTotals: true, gap: 0 },
  { what: 'rows go and come', before: people, after: [bob, ...others.slice(1, 3)], gap: 2 },
  { what: 'all rows go and as many come', before: people, after: others.slice(0, 4), gap: 0 },
  { what: 'the only row goes and another comes', before: [ann], after: [bob], gap: 0 },
  { what: 'the only row goes and others come', before: [ann], after: others.slice(0, 2), gap: 1 },
  { what: 'all rows go', before: people, after: [], gap: 1 },
  {
    what: 'rows come above a total row',
    before: people,
    after: [...people, ...others.slice(0, 2)],
    hasTotals: true,
    gap: 3,
  },
  { what: 'rows go and come above a total row', before: people, after: [ann, ...others], hasTotals: true, gap: 2 },
]

/** What stands below. */
const mine = [
  ['mine', '', 2, ''],
  ['', 'too', '', 4],
]

/** Fills a table, writes notes beside its rows and something below; returns the address of what stands below. */
async function fill({ before, hasTotals = false, gap }: Story): Promise<string> {
  fixture = await startPeople()
  fixture.excel.workbook.autoCorrect.expandTables = false
  fixture.dataset.publish(before)
  ;({ link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options))
  return asUser(fixture, async (sheet, context) => {
    const table = context.workbook.tables.getItemAt(0)
    table.columns.add(undefined, [['Note'], ...before.map(([id]) => [`note ${String(id)}`])])
    if (hasTotals) table.showTotals = true
    const whole = table.getRange().load('rowIndex,rowCount,columnIndex')
    await context.sync()
    const row = whole.rowIndex + whole.rowCount + gap
    const below = sheet.getRangeByIndexes(row, whole.columnIndex, mine.length, 4).load('address')
    below.values = mine.map((cells) => [...cells])
    await context.sync()
    return below.address.slice(below.address.indexOf('!') + 1)
  })
}

async function expectRight({ before, after, hasTotals = false }: Story, address: string): Promise<void> {
  expect(await readValues(fixture, address)).toEqual(mine)
  const rows = (await readTable(fixture)).slice(1, hasTotals ? -1 : undefined)
  const known = new Set(before.map(([id]) => id))
  const expected = after.map(([id, name, age]) => [id, name, age, known.has(id as string) ? `note ${String(id)}` : ''])
  expect(rows).toEqual(expected.length === 0 ? [['', '', '', '']] : expected)
}

const refresh = (deps: TableDeps = fixture.deps, which = link) => refreshTable(deps, which, fixture.options)

test.each(stories)('stays where it is when $what', async (story) => {
  const address = await fill(story)
  fixture.dataset.publish(story.after)
  await refresh()
  await expectRight(story, address)
})

/** The numbers of the requests of a refresh in which cells come, go or are emptied, from 1. */
async function findMoving(story: Story): Promise<readonly number[]> {
  await fill(story)
  fixture.dataset.publish(story.after)
  const { excel } = fixture
  const before = excel.counters.batches
  const moving = new Set<number>()
  const moves = new Set<string | symbol>(['addRows', 'clear', 'deleteCells', 'insertCells'])
  const record = watchCalls(createExcelWorkbook(), (name, values) => {
    if (name !== 'batch') return values
    const [anchor, work] = values as [unknown, (batch: Batch) => unknown]
    const watched = (batch: Batch): unknown =>
      work(
        watchCalls(batch, (call, rest) => {
          if (moves.has(call)) moving.add(excel.counters.batches + 1 - before)
          return rest
        }),
      )
    return [anchor, watched]
  })
  await refresh({ ...fixture.deps, workbook: record })
  await fixture.stop()
  return [...moving]
}

/** The same object; `onCall` gets each call, and says with which values it goes on. */
function watchCalls<Watched extends object>(
  watched: Watched,
  onCall: (name: string | symbol, values: unknown[]) => unknown[],
): Watched {
  return new Proxy(watched, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...values: unknown[]): unknown => Reflect.apply(value, target, onCall(name, values))
    },
  })
}

/** No request changes more things than this. */
const mostChanges = 14

test.each(stories)('stays where it is when $what, wherever Excel stops', { timeout: 60_000 }, async (story) => {
  for (const batch of await findMoving(story)) {
    for (let afterChanges = 0; afterChanges <= mostChanges; afterChanges += 1) {
      const address = await fill(story)
      fixture.dataset.publish(story.after)
      fixture.excel.injectError({ batch, afterChanges, error: 'GeneralException' })
      await expect(refresh()).rejects.toThrow('internal error')
      const deps = { ...fixture.deps, workbook: createExcelWorkbook() }
      await refresh(deps, (await readLinks(deps.workbook))[0])
      await expectRight(story, address)
      await fixture.stop()
    }
  }
})

test('comes back when somebody puts it where the table is about to grow', async () => {
  await fill({ what: '', before: people, after: [], gap: 8 })
  fixture.dataset.publish([...people, ...others.slice(0, 2)])
  const batch: Workbook['batch'] = async (anchor, record) => {
    if (record.toString().includes('addRows')) await writeValues(fixture, 'A6:B6', [['typed', '=1+1']])
    return fixture.deps.workbook.batch(anchor, record)
  }
  await refresh({ ...fixture.deps, workbook: { ...fixture.deps.workbook, batch } })
  expect((await readTable(fixture)).slice(5).map(([id]) => id)).toEqual(['v', 'w'])
  expect(await readValues(fixture, 'A8:B8')).toEqual([['typed', 2]])
})
