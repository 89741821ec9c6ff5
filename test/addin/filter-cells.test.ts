// The names of cells that filters follow, from the first filter that needs one to the last.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { saveLink } from '../../addin/links.ts'
import type { Pane } from '../../addin/pane.ts'
import { plainSettings } from '../../addin/table-choice.ts'
import { insertTables, startPane, type PaneFixture } from './pane-fixture.ts'

let fixture: PaneFixture
let pane: Pane

beforeEach(async () => {
  fixture = await startPane()
  pane = fixture.openPane()
  await pane.start()
})

afterEach(() => fixture.stop())

const names = (): Promise<readonly string[]> =>
  fixture.excel.Excel.run(async (context) => {
    const all = context.workbook.names.load('items/name')
    await context.sync()
    return all.items.map(({ name }) => name)
  })

/** Makes the filter of a table follow cells. */
async function follow(tableId: string, followed: readonly string[]): Promise<void> {
  const { link } = pane.state.tables.items.find((table) => table.link.tableId === tableId)!
  const conditions = followed.map(
    (name) => ({ column: 'Id', comparison: 'not-equals', operand: { kind: 'cell', name } }) as const,
  )
  await saveLink(fixture.deps.workbook, { ...link, choice: { ...link.choice, conditions } })
}

test('go with the last table that needs them, and no other name goes', async () => {
  const [one = '', other = ''] = await insertTables(fixture, pane, 2)
  await fixture.excel.Excel.run(async (context) => {
    context.workbook.names.add('Budget', context.workbook.worksheets.getItem('Sheet1').getRange('Z1'))
    await context.sync()
  })
  fixture.excel.person.select('Z2')
  const { name: own } = await fixture.deps.workbook.nameCell()
  const { name: shared } = await fixture.deps.workbook.nameCell()
  await follow(one, [own, shared, 'Budget'])
  await follow(other, [shared])
  await pane.loadTables()
  await pane.unlink(one)
  expect(await names()).toEqual(['Budget', shared])
  await pane.chosen.change(other, plainSettings)
  expect(pane.state.refreshes.get(other)?.outcome).toBe('done')
  expect(await names()).toEqual(['Budget'])
})
