// Refreshing in a real browser, when Excel or the network does not play along.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { problem, sendJson } from '../client/tiny-broker.ts'
import { buildPane, PanePage, type BuiltPane } from './pane-page.ts'

const pulls = 'POST /api/v1/datasets/people/pulls'

let built: BuiltPane
let opened: PanePage

beforeAll(async () => {
  built = await buildPane()
}, 120_000)

afterAll(() => built.stop())

beforeEach(async () => {
  opened = await PanePage.start(built)
  await opened.open({ paneWidth: 450 })
  await opened.signIn()
  await opened.insert()
  opened.dataset.publish(opened.dataset.rows.slice(3))
})

afterEach(() => opened.stop())

const refresh = (): Promise<void> => opened.pane.getByRole('button', { name: 'Refresh People_places_data' }).click()
const isRefreshed = (): Promise<void> => opened.pane.getByText('3 rows removed.').waitFor()
const ribbon = (): Promise<unknown> => opened.page.evaluate(() => window.excelHost?.invokeCommand('refreshAll'))

describe('Excel', () => {
  test('that refuses while a cell is edited is waited for, and the refresh goes on', { timeout: 60_000 }, async () => {
    await opened.page.evaluate(() => window.excelHost!.startCellEdit('refuse'))
    await refresh()
    await opened.pane.getByText('Press Enter or Esc in the sheet').waitFor()
    await opened.page.evaluate(() => window.excelHost!.endCellEdit())
    await isRefreshed()
  })

  test('that is silent while a cell is edited is told of, and the refresh goes on', { timeout: 60_000 }, async () => {
    await opened.page.evaluate(() => window.excelHost!.startCellEdit('wait'))
    await refresh()
    await opened.pane.getByText('Excel is not answering').waitFor()
    await opened.page.evaluate(() => window.excelHost!.endCellEdit())
    await isRefreshed()
  })

  test('that is silent does not hold up cancelling', { timeout: 60_000 }, async () => {
    await opened.page.evaluate(() => window.excelHost!.startCellEdit('wait'))
    await refresh()
    const cancel = opened.pane.getByRole('button', { name: 'Cancel People_places_data' })
    await cancel.waitFor()
    const startMs = performance.now()
    await cancel.click()
    await opened.pane.getByText('Cancelled. Excel still finishes').waitFor()
    expect(performance.now() - startMs).toBeLessThan(2_000)
  })

  test('with a protected sheet, and with a read-only file, is explained', { timeout: 60_000 }, async () => {
    await opened.page.evaluate(() => window.excelHost!.workbook.activeSheet.protection.protect({}, undefined))
    await refresh()
    await opened.pane.getByRole('alert').filter({ hasText: 'The sheet Sheet1 is protected.' }).waitFor()
    await opened.page.evaluate(() => {
      const { workbook } = window.excelHost!
      workbook.activeSheet.protection.unprotect(undefined)
      workbook.isReadOnly = true
    })
    await opened.pane.getByRole('button', { name: 'Try again' }).click()
    await opened.pane.getByRole('alert').filter({ hasText: 'This workbook is read-only.' }).waitFor()
    await opened.page.evaluate(() => void (window.excelHost!.workbook.isReadOnly = false))
    await opened.pane.getByRole('button', { name: 'Try again' }).click()
    await isRefreshed()
  })
})

describe('the network', () => {
  test(
    'that is gone at the start leaves the tables to see, and comes back without a reload',
    { timeout: 90_000 },
    async () => {
      await opened.page.route('**/api/**', (route) => route.abort('internetdisconnected'))
      await opened.reload()
      await opened.tables.first().waitFor()
      await opened.pane.getByTestId('offline').waitFor()
      await opened.pane.getByText('Offline copy').waitFor()
      await refresh()
      await opened.pane.getByText('goes on by itself as soon as it can').waitFor()
      await opened.page.unroute('**/api/**')
      await isRefreshed()
      await opened.pane.getByText('30 rows, pulled').or(opened.pane.getByText('27 rows, pulled')).first().waitFor()
      expect(await opened.pane.getByTestId('offline').count()).toBe(0)
    },
  )
})

describe('with the pane closed', () => {
  beforeEach(() => opened.page.locator('#close-pane').click())

  test('the ribbon refreshes', async () => {
    await ribbon()
    expect(await opened.readCell(28, 0)).toBeUndefined()
    expect(await opened.page.locator('#pane').isHidden()).toBe(true)
  })

  test('the ribbon opens the pane at the table that needs the user', async () => {
    opened.broker.on(pulls, (_request, response) => sendJson(response, 404, problem(404, 'dataset-unknown')))
    await ribbon()
    await opened.pane.getByRole('alert').waitFor()
    expect(await opened.page.locator('#pane').isVisible()).toBe(true)
    await expect.poll(() => opened.tables.first().evaluate((card) => card === document.activeElement)).toBe(true)
  })
})

test('refreshing on opening is kept in the workbook, and can be switched off', { timeout: 60_000 }, async () => {
  const behavior = (): Promise<unknown> => opened.page.evaluate(() => window.excelHost!.workbook.startBehavior)
  await opened.pane.getByRole('button', { name: 'Yes' }).click()
  await expect.poll(behavior).toBe('Background')
  await opened.pane.getByRole('button', { name: 'More', exact: true }).click()
  await opened.pane.getByRole('menuitem', { name: 'Refresh by itself…' }).click()
  const tick = opened.pane.getByLabel('When the workbook is opened')
  expect(await tick.isChecked()).toBe(true)
  await tick.uncheck()
  await expect.poll(behavior).not.toBe('Background')
})
