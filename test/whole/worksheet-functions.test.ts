// Worksheet functions in a real browser: the runtime for them inside the unmodified office.js, the built add-in, a whole broker.
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { DemoBroker } from '../../demo/demo-broker.ts'
import { openPreview, type Preview } from '../../demo/preview.ts'
import { inviteUser } from '../../demo/set-up.ts'
import { startSample, type Sample } from '../../sample/sample.ts'
import { launchBrowser } from '../support/browser.ts'
import { addFunctionHost, callFunctions, cancelFunctions, readResult, type CellResult } from './function-host.ts'

const candidates = 1_500
const broker = new DemoBroker()
let sample: Sample
let preview: Preview
let browser: Browser
let context: BrowserContext
let page: Page
let pane: FrameLocator
let requests: string[]
let errors: string[]

beforeAll(async () => {
  sample = await startSample({ candidates, unlimited: true, seed: 4 })
  preview = await openPreview({ sample, broker, candidates, isUnlimited: true }, 0)
  browser = await launchBrowser()
}, 180_000)

afterAll(async () => {
  await browser.close()
  await preview.stop()
  await broker.stop()
  await sample.stop()
})

beforeEach(async () => {
  ;[requests, errors] = [[], []]
  context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
  await addFunctionHost(context)
  page = await context.newPage()
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) errors.push(message.text())
  })
  await page.goto(preview.url)
  pane = page.frameLocator('#addin')
  await page.waitForFunction(() => window.functionHost?.isReady)
})

afterEach(async () => {
  await context.close()
  expect(errors).toEqual([])
})

async function signIn(): Promise<void> {
  await pane.getByRole('textbox').fill(await inviteUser(broker))
  await pane.getByTestId('sign-in').click()
  await pane.getByTestId('dataset-candidates').waitFor()
}

interface Candidate {
  readonly CandidateRef: string
  readonly Name: { readonly First: string }
}

async function listCandidates(): Promise<readonly Candidate[]> {
  const answer = await fetch(`${sample.url}/_sample/records?set=candidates&as=ndjson`)
  return (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Candidate)
}

/** Has the candidates pulled, as another user would. */
async function pull(): Promise<void> {
  await broker.run(['pull', 'candidates'])
}

const messageOf = (result: CellResult) => (typeof result === 'object' ? [result.basicValue, result.message] : result)

test(
  'cells fill themselves when somebody signs in, by one request however many they are',
  { timeout: 120_000 },
  async () => {
    await pull()
    const records = await listCandidates()
    // Nothing of the functions' own was loaded so far.
    const isEngine = (path: string) => /\/engine-[\w-]+\.js$/.test(path)
    expect(requests.filter(isEngine)).toEqual([])
    const calls = records.map(({ CandidateRef }, index) => ({
      id: index,
      name: 'VALUE',
      given: ['candidates', [[CandidateRef]], 'Name.First', []],
    }))
    await callFunctions(page, calls)
    expect(messageOf(await readResult(page, 0))).toEqual(['#N/A', 'Open the Sheetbroker pane to sign in.'])
    expect(requests.filter(isEngine)).toHaveLength(1)
    await signIn()
    expect(await readResult(page, 0, 1)).toBe(records[0]!.Name.First)
    const last = calls.length - 1
    expect(await readResult(page, last, 1)).toBe(records[last]!.Name.First)
    const shown = await page.evaluate(() => [...window.functionHost!.results].map(([, [, value]]) => value))
    expect(shown).toEqual(records.map(({ Name }) => Name.First))
    expect(requests.filter((path) => path === '/api/v1/figures')).toHaveLength(1)
  },
)

test(
  'a refresh brings new figures without a recalculation, and not into cells that are gone',
  { timeout: 120_000 },
  async () => {
    await pull()
    await signIn()
    const before = (await listCandidates()).length
    await callFunctions(page, [
      { id: 1, name: 'COUNT', given: ['candidates', []] },
      { id: 2, name: 'COUNT', given: ['candidates', []] },
      { id: 3, name: 'COUNT', given: ['candidates', ['CandidateRef', 'nobody']] },
      { id: 4, name: 'REFRESHED', given: ['candidates'] },
      { id: 5, name: 'LOOKUP', given: ['candidates', 'CandidateRef', 'nobody', 'Email'] },
      { id: 6, name: 'SUM', given: ['candidates', 'Email', []] },
    ])
    expect([await readResult(page, 1), await readResult(page, 3)]).toEqual([before, 0])
    expect(messageOf(await readResult(page, 5))).toEqual(['#N/A', 'No row has this.'])
    expect(messageOf(await readResult(page, 6))).toEqual(['#VALUE!', expect.stringContaining('no numbers to add')])
    const refreshed = Number(await readResult(page, 4))
    expect(refreshed).toBeGreaterThan(45_000)
    await cancelFunctions(page, [2])
    const { added, deleted } = await sample.tick({ updated: 0, added: 12, deleted: 5 })
    await page.locator('#refresh-all').click()
    expect(await readResult(page, 1, 1)).toBe(before + added.length - deleted.length)
    expect(Number(await readResult(page, 4, 1))).toBeGreaterThan(refreshed)
    const counts = await page.evaluate(() => [1, 2, 3].map((id) => window.functionHost!.results.get(id)!.length))
    expect(counts).toEqual([2, 1, 1])
  },
)
