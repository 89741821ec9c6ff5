// The built pane in a real browser, through the whole of office.js, under the content security policy that the broker sends.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { addinPolicy } from '../../broker/http/security-headers.ts'
import { startExcelPreview, type ExcelPreview } from '../../excel-host/server.ts'
import type {} from '../../excel-host/web/main.ts'
import { problem, sendJson, startTinyBroker, type TinyBroker } from '../client/tiny-broker.ts'
import { launchBrowser } from '../support/browser.ts'
import { serveDataset, TinyDataset } from './table-fixture.ts'

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Since', type: 'date' },
]
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}
const officeJs = '/preview/office-js/office.js'

let folder: string
let browser: Browser
let broker: TinyBroker
let preview: ExcelPreview
let dataset: TinyDataset
let page: Page
let pane: FrameLocator
let complaints: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'addin-'))
  await build({ build: { outDir: folder }, logLevel: 'error' })
  browser = await launchBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

beforeEach(async () => {
  dataset = new TinyDataset(columns, ['Id'])
  dataset.publish(Array.from({ length: 30 }, (_none, index) => [`00${index}`, `=Person ${index}`, '2026-01-31']))
  broker = await startTinyBroker()
  serveDataset(broker, dataset)
  broker.serveFile = (path, response) => {
    const file = /^\/addin\/([\w./-]+)$/.exec(path)?.[1]
    if (file === undefined || file.includes('..')) return false
    readFile(join(folder, file)).then(
      (bytes) => {
        const body = file.endsWith('.html') ? bytes.toString('utf8').replace('%OFFICE_JS_URL%', officeJs) : bytes
        const policy = addinPolicy(officeJs, [])
        response
          .writeHead(200, { 'Content-Type': mediaTypes[extname(file)], 'Content-Security-Policy': policy })
          .end(body)
      },
      () => response.writeHead(404).end(),
    )
    return true
  }
  preview = await startExcelPreview({ broker: broker.url })
  broker.publicUrl = new URL(preview.url).origin
  await openPane()
})

afterEach(async () => {
  await page.context().close()
  await preview.stop()
  await broker.stop()
})

async function openPane(options: { readonly colorScheme?: 'dark' | 'light'; readonly width?: number } = {}) {
  const { width = 1280, colorScheme = 'light' } = options
  const context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme, viewport: { width, height: 800 } })
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    // The broker's first answer is always 401 with the nonce that proofs have to carry.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(preview.url)
  pane = page.frameLocator('#addin')
}

async function signIn(): Promise<void> {
  await pane.getByLabel('Invitation code').pressSequentially('abcdefghjkmnpqrs')
  await pane.getByRole('button', { name: 'Sign in' }).click()
  await pane.getByText('Signed in as').or(pane.getByTestId('user')).first().waitFor()
}

const readCell = (row: number, column: number): Promise<unknown> =>
  page.evaluate(([r, c]) => window.excelHost?.workbook.activeSheet.grid.value(r ?? 0, c ?? 0), [row, column])

describe('the pane', () => {
  test('signs in, inserts, refreshes, and stays signed in, without a complaint of the browser', async () => {
    await pane.getByLabel('Invitation code').pressSequentially('abcd efgh-jkmn')
    expect(await pane.getByLabel('Invitation code').inputValue()).toBe('ABCD-EFGH-JKMN')
    await pane.getByRole('button', { name: 'Sign in' }).click()
    await pane.getByText('A code has 16 letters and digits').waitFor()
    await pane.getByLabel('Invitation code').pressSequentially('pqrs')
    await pane.getByLabel('Invitation code').press('Enter')
    await pane.getByText('30 rows, pulled').waitFor()
    await pane.getByRole('button', { name: 'Insert People & places as a table' }).click()
    await pane.getByText('30 rows inserted as People_places_data.').waitFor()
    expect([await readCell(1, 0), await readCell(1, 1), await readCell(1, 2)]).toEqual(['000', '=Person 0', 46_053])

    dataset.publish([...dataset.rows.slice(1), ['new', 'Newcomer', null]])
    await pane.getByRole('button', { name: 'Refresh People_places_data' }).click()
    await pane.getByText('1 row added, 1 row removed.').waitFor()
    expect(await readCell(30, 0)).toBe('new')
    await pane.getByText('refreshed just now by Ana').waitFor()

    await page.reload()
    await pane.getByText('30 rows, pulled').waitFor()
    expect(await pane.getByLabel('Invitation code').count()).toBe(0)
    expect(complaints).toEqual([])
  }, 60_000)

  test('refreshes every table from the ribbon', async () => {
    await signIn()
    await pane.getByRole('button', { name: /Insert/ }).click()
    await pane.getByText('inserted as').waitFor()
    dataset.publish(dataset.rows.slice(0, 3))
    await page.evaluate(() => window.excelHost?.invokeCommand('refreshAll'))
    expect(await readCell(3, 0)).toBe('002')
    expect(await readCell(4, 0)).toBeUndefined()
    await pane.getByText('27 rows removed.').waitFor()
  }, 60_000)

  test('says what went wrong with a code, and with a source, in plain words', async () => {
    broker.on('POST /api/v1/sessions', (_request, response) =>
      sendJson(response, 403, problem(403, 'invitation-invalid')),
    )
    await pane.getByLabel('Invitation code').pressSequentially('abcdefghjkmnpqrs')
    await pane.getByRole('button', { name: 'Sign in' }).click()
    await pane.getByRole('alert').filter({ hasText: 'This code is not valid.' }).waitFor()
    serveDataset(broker, dataset)
    await pane.getByRole('button', { name: 'Sign in' }).click()
    await pane.getByRole('button', { name: /Insert/ }).click()
    await pane.getByText('inserted as').waitFor()
    dataset.pullProblem = 'source-timeout'
    await pane.getByRole('button', { name: 'Refresh all' }).click()
    await pane.getByRole('alert').filter({ hasText: 'It is source-timeout.' }).waitFor()
    dataset.pullProblem = undefined
    await pane.getByRole('button', { name: 'Try again' }).click()
    await pane.getByText('Nothing has changed.').waitFor()
  }, 60_000)

  test('can be cancelled, and signed out of', async () => {
    await signIn()
    await pane.getByRole('button', { name: /Insert/ }).click()
    await pane.getByText('inserted as').waitFor()
    broker.on('GET /api/v1/pulls/p/events', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify({ id: 'p', state: 'running', rows: 1_200 })}\n\n`)
    })
    await pane.getByRole('button', { name: 'Refresh People_places_data' }).click()
    await pane.getByTestId('progress').getByText('The source is being read: 1,200 rows so far').waitFor()
    await pane.getByRole('button', { name: 'Cancel People_places_data' }).click()
    await pane.getByText('Cancelled. The table is as it was.').waitFor()
    await pane.getByRole('button', { name: 'Sign out' }).click()
    await pane.getByLabel('Invitation code').waitFor()
    await page.reload()
    await pane.getByLabel('Invitation code').waitFor()
  }, 60_000)

  test('asks to sign in again when the session has ended', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets', (_request, response) => sendJson(response, 401, problem(401, 'session-expired')))
    await page.reload()
    await pane.getByText('Your session has ended.').waitFor()
    await pane.getByLabel('Invitation code').waitFor()
  }, 60_000)

  test('loads less than 120 KB', () => {
    // What the page names; other languages and signing in with a provider come when they are wanted.
    const html = readFileSync(join(folder, 'taskpane.html'), 'utf8')
    const names = [...html.matchAll(/"\/addin\/(assets\/[^"]+)"/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(1)
    const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
    expect(bytes).toBeLessThan(120_000)
  })
})
