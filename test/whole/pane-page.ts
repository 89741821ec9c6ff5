// The built pane beside the simulated Excel in a real browser, in front of a whole broker. Egress is played by the test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { datasetDefinition } from '../../broker/dataset/definition.ts'
import type { JsonRecord } from '../../broker/dataset/flatten.ts'
import { findFreePort } from '../../demo/preview.ts'
import { startExcelPreview, type ExcelPreview } from '../../excel-host/server.ts'
import type {} from '../../excel-host/web/main.ts'
import { BrokerInTest } from '../broker/http/broker-in-test.ts'
import { launchBrowser } from '../support/browser.ts'

export interface PageOptions {
  /** Of the pane alone. */
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  readonly forcedColors?: 'active' | 'none'
  /** What Office and the browser speak. */
  readonly locale?: string
  readonly hasTouch?: boolean
}

/** A dataset of the broker, with the records of its only pull. */
export interface Shelf {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly key?: readonly string[]
  /** Left out: never pulled. */
  readonly records?: readonly JsonRecord[]
}

/** Everything that a test of the pane needs; made anew for each. */
export class PanePage {
  broker!: BrokerInTest
  preview!: ExcelPreview
  page!: Page
  pane!: FrameLocator
  /** What the browser complained about: errors of scripts, styles that the policy forbids. */
  complaints: string[] = []
  readonly #browser: Browser

  private constructor(browser: Browser) {
    this.#browser = browser
  }

  static async start(browser: Browser, addin: string): Promise<PanePage> {
    const made = new PanePage(browser)
    const port = await findFreePort()
    made.broker = await BrokerInTest.start({
      publicUrl: `https://localhost:${port}`,
      addin: {
        directory: addin,
        officeJsUrl: '/preview/office-js/office.js',
        officeJsDirectory: undefined,
        frameAncestors: [],
      },
    })
    made.broker.clock.setWallClock(Date.now())
    made.preview = await startExcelPreview({ port, broker: made.broker.url })
    return made
  }

  async stop(): Promise<void> {
    await this.#close()
    await this.preview.stop()
    await this.broker.stop()
  }

  /** Makes these the datasets that anna may read. */
  async stock(shelves: readonly Shelf[]): Promise<void> {
    const datasets = shelves.map(({ name, records: _records, ...more }) => ({
      name,
      source: 'crm',
      definition: JSON.stringify(
        datasetDefinition.parse({
          ...{ source: 'crm', request: { path: '/' }, paging: { type: 'none' }, key: ['Id'] },
          ...more,
        }),
      ),
    }))
    const users = [{ name: 'anna', displayName: 'Anna' }]
    const grants = shelves.map(({ name }) => ({ user: 'anna', dataset: name, columns: undefined }))
    const sources = [{ name: 'crm', definition: '{}' }]
    await this.broker.stores.definitions.apply({ sources, datasets, users, grants }, String)
    for (const { name, records } of shelves) if (records) await this.broker.pull(records, name)
  }

  /** Opens the page that plays Excel, with the pane in it. */
  async open(options: PageOptions = {}): Promise<void> {
    const { width = 340, height = 800, colorScheme = 'light', forcedColors = 'none', locale = 'en-US' } = options
    await this.#close()
    const context = await this.#browser.newContext({
      ignoreHTTPSErrors: true,
      ...{ colorScheme, forcedColors, locale, hasTouch: options.hasTouch ?? false },
      viewport: { width: width + 700, height },
    })
    this.page = await context.newPage()
    this.complaints = []
    this.page.on('console', (message) => {
      const text = message.text()
      // The broker's first answer is always 401 with the nonce that proofs have to carry.
      if (message.type() === 'error' && !text.includes('401')) this.complaints.push(text)
    })
    this.page.on('pageerror', (error) => this.complaints.push(String(error)))
    await this.page.goto(this.preview.url)
    await this.page.addStyleTag({ content: `aside { width: ${width}px !important }` })
    this.pane = this.page.frameLocator('#addin')
  }

  async signIn(): Promise<void> {
    await this.pane.locator('#invitation').fill(await this.broker.invite())
    await this.pane.getByTestId('sign-in').click()
    await this.pane.getByTestId('user').waitFor()
  }

  /** Opens a dataset's page by its title, and waits for its sample. */
  async choose(name: string): Promise<void> {
    await this.pane.getByTestId(`dataset-${name}`).locator('h3 button').click()
    await this.pane.locator('.sample[data-state=ready]').waitFor()
  }

  /** Opens a part of the page. */
  async unfold(part: 'columns' | 'filter' | 'order' | 'more'): Promise<void> {
    await this.pane.getByTestId(part).locator('summary').click()
  }

  /** What the bar at the end says of the table's size, once that is known. */
  async size(expected: string | RegExp): Promise<void> {
    await this.pane.getByTestId('size').filter({ hasText: expected }).waitFor()
  }

  select(row: number, column: number): Promise<void> {
    return this.page.evaluate(
      ([r = 0, c = 0]) => {
        const { workbook } = window.excelHost!
        workbook.select(workbook.activeSheet, { row: r, column: c, rowCount: 1, columnCount: 1 })
      },
      [row, column],
    )
  }

  setCell(row: number, column: number, value: string | number): Promise<void> {
    return this.page.evaluate(
      ([r, c, v]) => {
        const { workbook } = window.excelHost!
        workbook.activeSheet.grid.setValue(r, c, v)
        workbook.notifyChanged()
      },
      [row, column, value] as const,
    )
  }

  /** A block of the active sheet. */
  cells(row: number, column: number, rows: number, columns: number): Promise<unknown[][]> {
    return this.page.evaluate(
      ([r = 0, c = 0, height = 0, width = 0]) => {
        const { grid } = window.excelHost!.workbook.activeSheet
        return Array.from({ length: height }, (_none, i) =>
          Array.from({ length: width }, (_no, j) => grid.value(r + i, c + j) ?? null),
        )
      },
      [row, column, rows, columns],
    )
  }

  /** The pane's own frame, for what happens inside. */
  get frame(): Frame {
    const frame = this.page.frames().find((each) => each.url().includes('/addin/'))
    if (!frame) throw new Error('The pane is not there.')
    return frame
  }

  async #close(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close()
  }
}

/** A pane for each test of the file. */
export function usePane(): { readonly it: PanePage } {
  let folder = ''
  let browser: Browser
  let current: PanePage | undefined
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
    current = await PanePage.start(browser, folder)
  })
  afterEach(() => current?.stop())
  return {
    get it() {
      if (!current) throw new Error('No test is running.')
      return current
    },
  }
}
