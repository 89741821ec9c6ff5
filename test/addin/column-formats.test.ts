import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { insertDataset } from '../../addin/insert.ts'
import { readLinks, type Link } from '../../addin/links.ts'
import { refreshTable } from '../../addin/refresh.ts'
import { plainSettings, wholeDataset } from '../../addin/table-choice.ts'
import { asUser, settle, startTables, TinyDataset, type SourceRow, type TableFixture } from './table-fixture.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Pay', type: 'decimal', format: 'money', currency: 'EUR' },
  { name: 'Share', type: 'decimal', format: 'percent' },
  { name: 'Day', type: 'date' },
]
const row = (id: string, pay = 1234.5): SourceRow => [id, pay, 0.25, '2026-01-31']
const euros = '[$EUR] #,##0.00;-[$EUR] #,##0.00'
const ours = ['@', euros, '0.00%', 'yyyy-mm-dd']

let fixture: TableFixture
let link: Link

async function start(rows: readonly SourceRow[]): Promise<void> {
  fixture = await startTables(new TinyDataset(columns, ['Id']))
  fixture.dataset.publish(rows)
  link = (await insertDataset(fixture.deps, 'people', plainSettings, fixture.options)).link
  await settle(fixture)
}

async function refresh(): Promise<void> {
  ;({ link } = await refreshTable(fixture.deps, link, fixture.options))
}

/** What the rows of the table look like; `text` as Excel shows them. */
function look(what: 'numberFormat' | 'text'): Promise<unknown> {
  return asUser(fixture, async (_sheet, context) => {
    const range = context.workbook.tables.getItemAt(0).getDataBodyRange().load(what)
    await context.sync()
    return range[what]
  })
}

function setFormat(address: string, format: string): Promise<void> {
  return asUser(fixture, async (sheet, context) => {
    sheet.getRange(address).numberFormat = format as unknown as string[][]
    await context.sync()
  })
}

beforeEach(() => start([row('a'), row('b', -2)]))

afterEach(() => fixture.stop())

describe('formats that the definition gives', () => {
  test('are those of the cells, and in the link', async () => {
    expect(await look('numberFormat')).toEqual([ours, ours])
    expect(await look('text')).toEqual([
      ['a', 'EUR 1,234.50', '25.00%', '2026-01-31'],
      ['b', '-EUR 2.00', '25.00%', '2026-01-31'],
    ])
    const [kept] = await readLinks(fixture.deps.workbook)
    expect(kept!.columns.map(({ format, currency }) => [format, currency])).toEqual([
      [undefined, undefined],
      ['money', 'EUR'],
      ['percent', undefined],
      [undefined, undefined],
    ])
  })

  test('are those of new rows too', async () => {
    fixture.dataset.publish([row('a'), row('b'), row('c')])
    await refresh()
    expect(await look('numberFormat')).toEqual([ours, ours, ours])
  })

  test('change with the definition, those of other columns not', async () => {
    await setFormat('D2:D3', 'd.m.yy')
    fixture.dataset.columns = columns.map((column) => (column.name === 'Pay' ? { ...column, currency: 'JPY' } : column))
    fixture.dataset.publish([row('a'), row('b', 7)])
    await refresh()
    const yen = ['@', '[$JPY] #,##0;-[$JPY] #,##0', '0.00%', 'd.m.yy']
    expect(await look('numberFormat')).toEqual([yen, yen])
  })

  test('come back when rows come to a table that had none', async () => {
    fixture.dataset.publish([])
    await refresh()
    fixture.dataset.publish([row('c'), row('d')])
    await refresh()
    expect(await look('numberFormat')).toEqual([ours, ours])
  })
})

describe('formats that the user gives', () => {
  test('stay, and new rows get them, also where rows change and go', async () => {
    await setFormat('B2:B3', '#,##0')
    await setFormat('D2:D3', 'd.m.yy')
    fixture.dataset.publish([row('a', 5), row('c'), row('d')])
    await refresh()
    const theirs = ['@', '#,##0', '0.00%', 'd.m.yy']
    expect(await look('numberFormat')).toEqual([theirs, theirs, theirs])
  })

  test('to a part of a column stay there, and new rows get ours', async () => {
    await setFormat('B2', '#,##0')
    fixture.dataset.publish([row('a'), row('b'), row('c')])
    await refresh()
    expect(await look('numberFormat')).toEqual([['@', '#,##0', '0.00%', 'yyyy-mm-dd'], ours, ours])
  })

  test('do not make numbers of texts in new rows', async () => {
    await setFormat('A2:A3', '0')
    fixture.dataset.publish([row('a'), row('b'), row('007')])
    await refresh()
    expect(((await look('text')) as string[][]).map(([id]) => id)).toEqual(['a', 'b', '007'])
  })

  test.each([
    { how: 'that change', orderBy: [], former: 'Ann' },
    { how: 'that are put in order', orderBy: [{ column: 'Pay', isDescending: false }], former: '=1+1' },
  ])('make no formulas of texts $how', async ({ orderBy, former }) => {
    await fixture.stop()
    const dataset = new TinyDataset([{ name: 'Name', type: 'text' }, ...columns], ['Id'])
    fixture = await startTables(dataset)
    dataset.publish([
      [former, ...row('a', 1)],
      ['Bob', ...row('b', 2)],
    ])
    const settings = { ...plainSettings, choice: { ...wholeDataset, orderBy } }
    ;({ link } = await insertDataset(fixture.deps, 'people', settings, fixture.options))
    await setFormat('A2:A3', '0.00')
    dataset.publish([
      ['=1+1', ...row('a', 3)],
      ['Bob', ...row('b', 2)],
    ])
    await refresh()
    const texts = (await look('text')) as string[][]
    expect(texts.map(([name]) => name).toSorted()).toEqual(['=1+1', 'Bob'])
  })

  test.each(['=1+1', '007', '2026-01-31', 'May 5', 'TRUE'])(
    'make nothing else of the text %s, not even in a table that is not read again',
    async (text) => {
      await fixture.stop()
      const dataset = new TinyDataset(
        [
          { name: 'Id', type: 'text' },
          { name: 'Name', type: 'text' },
        ],
        ['Id'],
      )
      fixture = await startTables(dataset)
      dataset.publish([['a', 'Ann']])
      ;({ link } = await insertDataset(fixture.deps, 'people', plainSettings, fixture.options))
      await setFormat('B2', 'General')
      dataset.publish([['a', text]])
      const writes = fixture.excel.counters.cellWrites
      await refresh()
      expect(fixture.excel.counters.cellWrites - writes).toBe(1)
      expect(await look('text')).toEqual([['a', text]])
    },
  )

  test('cost one more request for all new rows, and none where there are no such formats', async () => {
    const countSyncs = async (...ids: readonly string[]): Promise<number> => {
      fixture.dataset.publish(ids.map((id) => row(id)))
      await refresh()
      const before = fixture.excel.counters.syncs
      fixture.dataset.publish([...ids, 'x', 'y'].map((id) => row(id)))
      await refresh()
      return fixture.excel.counters.syncs - before
    }
    const plain = await countSyncs('a', 'b')
    await setFormat('B2:B5', '#,##0')
    expect(await countSyncs('a', 'b')).toBe(plain + 1)
  })
})
