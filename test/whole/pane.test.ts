// The whole road in a real browser: sample source, both processes of the broker, the built add-in, the unmodified office.js,
// and a simulated workbook.
import type { BrowserContext, FrameLocator, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inviteUser } from '../../demo/set-up.ts'
import { RecordChecksum, selectFields } from '../../sample/checksum.ts'
import { DemoStack } from './demo-stack.ts'
import { openedWorkbook, readColumns, readSentinels, writeSentinels } from './workbook-page.ts'

const candidates = 40_000
const compared = ['CandidateRef', 'Name.First', 'Name.Last', 'Email', 'Phone', 'Notes']
/** Where the table's header goes: C4. */
const place = { row: 3, column: 2 }

const demo = DemoStack.use(candidates)
const { broker } = demo
let context: BrowserContext
let page: Page
let pane: FrameLocator

beforeEach(async () => {
  context = await demo.browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  await page.goto(demo.preview.url)
  pane = page.frameLocator('#addin')
})

afterEach(async () => {
  await context.close()
})

async function signIn(invitation: string): Promise<void> {
  await pane.getByRole('textbox').fill(invitation)
  await pane.getByTestId('sign-in').click()
  await pane.getByTestId('dataset-candidates').waitFor()
}

async function insertCandidates(): Promise<void> {
  await page.evaluate(({ row, column }) => {
    const { workbook } = window.excelHost!
    workbook.select(workbook.activeSheet, { row, column, rowCount: 1, columnCount: 1 })
  }, place)
  await pane
    .getByTestId('dataset-candidates')
    .getByRole('button', { name: /^Insert/ })
    .click()
  await pane.getByText(`${candidates.toLocaleString('en')} rows inserted`).waitFor({ timeout: 120_000 })
}

/** The table's compared columns, row for row against every record that the sample holds. */
async function expectTableToBeTheSource(): Promise<void> {
  const answer = await fetch(`${demo.sample.url}/_sample/records?set=candidates&as=ndjson`)
  const records = (await answer.text()).trimEnd().split('\n')
  const table = digest(await readColumns(page, place, compared))
  expect(table).toEqual(digest(records.map((line) => selectFields(JSON.parse(line), compared))))
}

/** Count and checksum of rows in any order. An empty text and no value look the same in a sheet. */
function digest(rows: readonly (readonly unknown[])[]): { count: number; checksum: string } {
  const checksum = new RecordChecksum()
  for (const row of rows) checksum.add(JSON.stringify(row.map((cell) => (cell === '' ? null : cell))))
  return { count: checksum.count, checksum: checksum.hex() }
}

describe('the pane', () => {
  test('inserts 40,000 rows and refreshes them; what stands around the table stays', { timeout: 300_000 }, async () => {
    await openedWorkbook(page)
    await writeSentinels(page)
    const sentinels = await readSentinels(page)
    await signIn(demo.preview.invitation)
    await insertCandidates()
    await expectTableToBeTheSource()
    expect(await readSentinels(page)).toEqual(sentinels)

    const { updated, added, deleted } = await demo.sample.tick({ updated: 60, added: 30, deleted: 15 })
    const before = await page.evaluate(() => window.excelHost!.counters.cellWrites)
    const reads: string[] = []
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url())
      if (pathname.endsWith('/rows')) reads.push(search)
    })
    await pane.getByTestId('refresh-all').click()
    await pane
      .getByText(`${updated.length} rows updated, ${added.length} rows added, ${deleted.length} rows removed.`)
      .waitFor({ timeout: 120_000 })
    await expectTableToBeTheSource()
    expect(await readSentinels(page)).toEqual(sentinels)
    const writes = (await page.evaluate(() => window.excelHost!.counters.cellWrites)) - before
    expect(writes).toBeLessThan(candidates)
    // Only what changed was asked for, and that in one page.
    expect(new Set(reads)).toEqual(new Set(['?since=1']))
    expect(await page.evaluate(() => window.excelHost!.counters.trackedObjects)).toBe(0)
  })

  test('a colleague with a session of their own refreshes by the ribbon, with the pane closed', async () => {
    await signIn(await inviteUser(broker))
    await page.evaluate(({ row, column }) => {
      const { workbook } = window.excelHost!
      workbook.select(workbook.activeSheet, { row, column, rowCount: 1, columnCount: 1 })
    }, place)
    await pane
      .getByTestId('dataset-companies')
      .getByRole('button', { name: /^Insert/ })
      .click()
    await pane.getByText(/rows inserted/).waitFor()
    await page.locator('#close-pane').click()
    await page.locator('#refresh-all').click()
    await page.locator('#open-pane').click()
    await pane.getByText('Nothing has changed', { exact: false }).waitFor()
  })

  test('says what is wrong with a code that is not an invitation', async () => {
    await pane.getByRole('textbox').fill('ABCD-EFGH-JKMN-PQRS')
    await pane.getByTestId('sign-in').click()
    await pane.getByText('invitation', { exact: false }).last().waitFor()
    expect(await pane.getByTestId('dataset-candidates').count()).toBe(0)
  })
})
