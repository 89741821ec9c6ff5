// The pane in a real browser, through the whole of office.js: the roads of a user.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { problem, sendJson, type TinyBroker } from '../client/tiny-broker.ts'
import { buildPane, PanePage, type BuiltPane } from './pane-page.ts'
import { serveDataset, type TinyDataset } from './table-fixture.ts'

let built: BuiltPane
let opened: PanePage
let broker: TinyBroker
let dataset: TinyDataset
let page: Page
let pane: FrameLocator

beforeAll(async () => {
  built = await buildPane()
}, 120_000)

afterAll(() => built.stop())

beforeEach(async () => {
  opened = await PanePage.start(built)
  await opened.open()
  ;({ broker, dataset, page, pane } = opened)
})

afterEach(() => opened.stop())

const signIn = (): Promise<void> => opened.signIn()
const readCell = (row: number, column: number): Promise<unknown> => opened.readCell(row, column)

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
    expect(opened.complaints).toEqual([])
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

  test('says when Excel filters a table, and makes a linked table a plain one', async () => {
    await signIn()
    await opened.insert()
    const card = opened.tables.first()
    expect(await card.getByText('Filtered in Excel').count()).toBe(0)
    await page.evaluate(() => window.excelHost!.person.filter('People_places_data', 'Id', ['001']))
    await opened.frame.evaluate(() => dispatchEvent(new Event('focus')))
    await card.getByText('Filtered in Excel').waitFor()
    await card.getByRole('button', { name: 'More for People_places_data' }).click()
    await pane.getByRole('menuitem', { name: 'Convert to plain table' }).click()
    await pane.getByText('People_places_data is a plain table now.').waitFor()
    expect([await opened.tables.count(), await readCell(1, 0)]).toEqual([0, '000'])
    await opened.reload()
    await pane.getByText('No table here is linked yet.').waitFor()
  }, 60_000)

  test('leads to the choice of rows where all of them do not fit', async () => {
    await signIn()
    broker.on('GET /api/v1/datasets/people', (_request, response) => {
      const { columns, key } = dataset
      sendJson(response, 200, { name: 'people', title: 'All', description: '', revision: 1, rows: 2e6, columns, key })
    })
    await pane.getByRole('button', { name: /Insert/ }).click()
    const alert = pane.getByRole('alert')
    await alert.getByText('2,000,000 rows do not fit here').waitFor()
    await alert.getByRole('button', { name: 'Change…' }).click()
    await pane.getByTestId('choosing').getByText('Sort and limit').waitFor()
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

  test('loads less than 120 KB at first', () => {
    const html = readFileSync(join(built.folder, 'taskpane.html'), 'utf8')
    const first = new Set([...html.matchAll(/assets\/[\w.-]+/g)].map(([name]) => name))
    // What the first scripts import themselves comes at once, too.
    for (const name of first)
      for (const [, imported] of readFileSync(join(built.folder, name), 'utf8').matchAll(/from\s*"\.\/([\w.-]+)"/g))
        first.add(`assets/${imported}`)
    const bytes = [...first].map((name) => gzipSync(readFileSync(join(built.folder, name))).length)
    expect(readdirSync(join(built.folder, 'assets')).length).toBeGreaterThan(first.size)
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(120_000)
    expect(Math.max(...bytes)).toBeGreaterThan(30_000)
  })
})
