// Worksheet functions in a real browser: the runtime for them inside the unmodified office.js, the built add-in, a whole broker.
import type { BrowserContext, FrameLocator, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inviteUser } from '../../demo/set-up.ts'
import { DemoStack } from './demo-stack.ts'
import { openedWorkbook } from './workbook-page.ts'

const candidates = 1_500
const demo = DemoStack.use(candidates)
const { broker } = demo
let context: BrowserContext
let page: Page
let pane: FrameLocator
let requests: string[]
let errors: string[]

beforeEach(async () => {
  ;[requests, errors] = [[], []]
  context = await demo.browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) errors.push(message.text())
  })
  await page.goto(demo.preview.url)
  pane = page.frameLocator('#addin')
  await openedWorkbook(page)
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
  const answer = await fetch(`${demo.sample.url}/_sample/records?set=candidates&as=ndjson`)
  return (await answer.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Candidate)
}

/** Has the candidates pulled, as another user would. */
async function pull(): Promise<void> {
  await broker.run(['pull', 'candidates'])
}

type CellValue = string | number | boolean | null | undefined

/** Types a column of formulas, from this cell down. */
async function type(first: string, formulas: readonly string[]): Promise<void> {
  const column = first.slice(0, 1)
  const row = Number(first.slice(1))
  const area = `${first}:${column}${row + formulas.length - 1}`
  const cells = formulas.map((formula) => [formula])
  await page.evaluate(([address, rows]) => window.excelHost!.person.type(address, rows), [area, cells] as const)
}

/** Waits until column A's first cell shows something else than these, then reads so many cells of it. */
async function readColumn(rows: number, but: readonly CellValue[]): Promise<CellValue[]> {
  await page.waitForFunction(
    ([count, others]) => {
      const { grid } = window.excelHost!.workbook.activeSheet
      const cells = Array.from({ length: count }, (_none, row) => grid.value(row, 0))
      return !others.includes(cells[0]) && !cells.includes('#BUSY!')
    },
    [rows, ['#BUSY!', ...but]] as const,
    { timeout: 60_000 },
  )
  return page.evaluate((count) => {
    const { grid } = window.excelHost!.workbook.activeSheet
    return Array.from({ length: count }, (_none, row) => grid.value(row, 0))
  }, rows)
}

test(
  'cells fill themselves when somebody signs in, by one request however many they are',
  { timeout: 120_000 },
  async () => {
    await pull()
    const records = await listCandidates()
    // Nothing of the functions' own was loaded so far.
    const isEngine = (path: string) => /\/engine-[\w-]+\.js$/.test(path)
    expect(requests.filter(isEngine)).toEqual([])
    await type(
      'A1',
      records.map(({ CandidateRef }) => `=SHEETBROKER.VALUE("candidates","${CandidateRef}","Name.First")`),
    )
    expect((await readColumn(1, []))[0]).toBe('#N/A')
    expect(requests.filter(isEngine)).toHaveLength(1)
    await signIn()
    expect(await readColumn(records.length, ['#N/A'])).toEqual(records.map(({ Name }) => Name.First))
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
    await type('A1', [
      '=SHEETBROKER.COUNT("candidates")',
      '=SHEETBROKER.COUNT("candidates")',
      '=SHEETBROKER.COUNT("candidates","CandidateRef","nobody")',
      '=SHEETBROKER.REFRESHED("candidates")',
      '=SHEETBROKER.LOOKUP("candidates","CandidateRef","nobody","Email")',
      '=SHEETBROKER.SUM("candidates","Email")',
    ])
    const shown = await readColumn(6, [])
    expect(shown).toEqual([before, before, 0, expect.any(Number), '#N/A', '#VALUE!'])
    expect(Number(shown[3])).toBeGreaterThan(45_000)
    await type('A2', ['typed over'])
    const { added, deleted } = await demo.sample.tick({ updated: 0, added: 12, deleted: 5 })
    await page.locator('#refresh-all').click()
    const after = await readColumn(6, [before])
    expect(after).toEqual([
      before + added.length - deleted.length,
      'typed over',
      0,
      expect.any(Number),
      '#N/A',
      '#VALUE!',
    ])
    expect(Number(after[3])).toBeGreaterThan(Number(shown[3]))
  },
)
