// Takes the pictures of the documentation from the demo: `npm run build && node tools/take-pictures.ts`.
import { join } from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import { DemoBroker } from '../demo/demo-broker.ts'
import { openPreview } from '../demo/preview.ts'
import { startSample, type Sample } from '../sample/sample.ts'
import { launchBrowser } from '../test/support/browser.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const width = 1280

const sample = await startSample({ seed: 1, unlimited: true })
const broker = new DemoBroker()
const preview = await openPreview({ sample, broker, candidates: undefined, isUnlimited: true }, 0)
const browser = await launchBrowser()
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-US', deviceScaleFactor: 1.5 })
  const page = await context.newPage()
  await page.goto(preview.url)
  const pane = page.frameLocator('#addin')
  await pane.getByTestId('invitation').fill(preview.invitation)
  await pane.getByTestId('sign-in').click()
  await takeChoosing(page, pane)
  await takeTables(page, pane, sample)
} finally {
  await browser.close()
  await preview.stop()
  await broker.stop()
  await sample.stop()
}

/** A part of a dataset, just before it is inserted. */
async function takeChoosing(page: Page, pane: FrameLocator): Promise<void> {
  await page.setViewportSize({ width, height: 1_260 })
  await pane.getByTestId('dataset-candidates').locator('h3 button').click()
  await pane.getByRole('button', { name: 'Pull now' }).click()
  const fold = (name: string) => pane.getByTestId(name).locator('summary').click()
  await fold('columns')
  await pane.getByRole('button', { name: 'None' }).click()
  for (const name of ['Name.First', 'Name.Last', 'Address.Town', 'JobTitle', 'AvailableFrom'])
    await pane.getByRole('checkbox', { name, exact: true }).check()
  await fold('columns')
  await fold('order')
  await pane.getByTestId('add-order').click()
  await pane.getByRole('combobox', { name: 'Sort by' }).selectOption('AvailableFrom')
  await pane.getByRole('combobox', { name: 'Direction' }).selectOption({ label: 'Newest first' })
  await fold('order')
  await fold('filter')
  await pane.getByTestId('add-condition').click()
  await pane.getByRole('combobox', { name: 'Column', exact: true }).selectOption('JobTitle')
  await pane.getByRole('combobox', { name: 'Comparison' }).selectOption({ label: 'contains' })
  await pane.getByTestId('filter').getByRole('textbox').fill('Engineer')
  await pane
    .getByTestId('size')
    .filter({ hasText: /^[0-9]{3} rows × 6 columns/ })
    .waitFor()
  await page.mouse.move(0, 0)
  await page.locator('#addin').screenshot({ path: join(docs, 'choosing.png'), animations: 'disabled' })
}

/** Two tables that were just refreshed. */
async function takeTables(page: Page, pane: FrameLocator, source: Sample): Promise<void> {
  await page.setViewportSize({ width, height: 720 })
  await pane.getByTestId('apply').click()
  await pane.getByTestId('on-open-question').getByRole('button', { name: 'No' }).click()
  await page.getByRole('button', { name: 'New sheet' }).click()
  await pane
    .getByTestId('dataset-companies')
    .getByRole('button', { name: /^Insert/ })
    .click()
  await pane.getByTestId('table-Companies_data').waitFor()
  await page.getByRole('tab', { name: 'Sheet1' }).click()
  await source.tick({ updated: 300, added: 40, deleted: 8 })
  await pane.getByTestId('refresh-all').click()
  await pane.getByTestId('overall').getByText('2 refreshed').waitFor()
  await pane.getByRole('banner').scrollIntoViewIfNeeded()
  await page.mouse.move(0, 0)
  await page.screenshot({ path: join(docs, 'preview.png'), animations: 'disabled' })
}
