// The built pane in a real browser, through the whole of office.js, under the content security policy that the broker sends.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Browser, BrowserContextOptions, Frame, FrameLocator, Page } from 'playwright-core'
import { build } from 'vite'
import type { ColumnBody } from '../../broker/http/contract.ts'
import { addinPolicy } from '../../broker/http/security-headers.ts'
import { startExcelPreview, type ExcelPreview } from '../../excel-host/server.ts'
import type { PreviewHost } from '../../excel-host/web/main.ts'
import { startTinyBroker, type TinyBroker } from '../client/tiny-broker.ts'
import { launchBrowser, type BrowserOptions } from '../support/browser.ts'
import { serveDataset, TinyDataset } from './table-fixture.ts'

declare global {
  interface Window {
    excelHost?: PreviewHost
  }
}

const columns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Since', type: 'date' },
]
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}
const officeJs = '/preview/office-js/office.js'

/** The built add-in, and a browser to open it in. */
export interface BuiltPane {
  readonly folder: string
  readonly browser: Browser
  stop(): Promise<void>
}

/** Builds the add-in into a folder of its own. */
export async function buildPane(options: BrowserOptions = {}): Promise<BuiltPane> {
  const folder = await mkdtemp(join(tmpdir(), 'addin-'))
  await build({ build: { outDir: folder }, logLevel: 'error' })
  const browser = await launchBrowser(options)
  return {
    folder,
    browser,
    stop: async () => {
      await browser.close()
      await rm(folder, { recursive: true })
    },
  }
}

export interface PageOptions {
  readonly colorScheme?: 'dark' | 'light'
  /** Of the pane; as wide as the page makes it when left out. */
  readonly paneWidth?: number
  /** The language of Office. */
  readonly language?: string
  readonly context?: BrowserContextOptions
}

/** One dataset, a small broker, and the page that plays Excel with the pane in it. */
export class PanePage {
  readonly dataset: TinyDataset
  readonly broker: TinyBroker
  readonly #browser: Browser
  readonly #preview: ExcelPreview
  #page: Page | undefined
  #complaints: string[] = []

  static async start({ browser, folder }: BuiltPane): Promise<PanePage> {
    const dataset = new TinyDataset(columns, ['Id'])
    dataset.publish(Array.from({ length: 30 }, (_none, index) => [`00${index}`, `=Person ${index}`, '2026-01-31']))
    const broker = await startTinyBroker()
    serveDataset(broker, dataset)
    broker.serveFile = (path, response) => {
      const file = /^\/addin\/([\w./-]+)$/.exec(path)?.[1]
      if (file === undefined || file.includes('..')) return false
      readFile(join(folder, file)).then(
        (bytes) => {
          const body = file.endsWith('.html') ? bytes.toString('utf8').replace('%OFFICE_JS_URL%', officeJs) : bytes
          const policy = addinPolicy(officeJs, [])
          response
            .writeHead(200, {
              'Content-Type': mediaTypes[extname(file)] ?? 'application/octet-stream',
              'Content-Security-Policy': policy,
            })
            .end(body)
        },
        () => response.writeHead(404).end(),
      )
      return true
    }
    const preview = await startExcelPreview({ broker: broker.url })
    broker.publicUrl = new URL(preview.url).origin
    return new PanePage(dataset, broker, browser, preview)
  }

  private constructor(dataset: TinyDataset, broker: TinyBroker, browser: Browser, preview: ExcelPreview) {
    this.dataset = dataset
    this.broker = broker
    this.#browser = browser
    this.#preview = preview
  }

  /** The page that plays Excel. */
  get page(): Page {
    if (!this.#page) throw new Error('The page is not open yet.')
    return this.#page
  }

  /** The add-in in it. */
  get pane(): FrameLocator {
    return this.page.frameLocator('#addin')
  }

  /** What the browser has complained of. */
  get complaints(): readonly string[] {
    return this.#complaints
  }

  async open(options: PageOptions = {}): Promise<void> {
    const { colorScheme = 'light', paneWidth, language, context: more } = options
    const viewport = { width: 1280, height: 800 }
    const context = await this.#browser.newContext({ ignoreHTTPSErrors: true, colorScheme, viewport, ...more })
    const page = await context.newPage()
    this.#page = page
    this.#complaints = []
    page.on('console', (message) => {
      // The broker's first answer is always 401 with the nonce that proofs have to carry.
      if (message.type() === 'error' && !message.text().includes('401')) this.#complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.#complaints.push(String(error)))
    await page.goto(`${this.#preview.url}?lang=${language ?? 'en-US'}`)
    if (paneWidth !== undefined)
      await page.addStyleTag({
        content: `#pane { flex: none !important; min-width: 0 !important; width: ${paneWidth}px !important }`,
      })
  }

  /** The add-in's own frame, for what happens inside. */
  get frame(): Frame {
    const frame = this.page.frames().find((each) => each.url().includes('/addin/'))
    if (!frame) throw new Error('The pane is not there.')
    return frame
  }

  /** Loads the pane again; resolves when the former page is gone, so that nobody takes it for the new one. */
  async reload(): Promise<void> {
    const { frame } = this
    await frame.evaluate(() => {
      Object.assign(window, { isFormer: true })
      location.reload()
    })
    await frame.waitForFunction(() => !('isFormer' in window))
  }

  async signIn(): Promise<void> {
    await this.pane.getByTestId('invitation').pressSequentially('abcdefghjkmnpqrs')
    await this.pane.getByTestId('sign-in').click()
    await this.pane.getByTestId('user').waitFor()
    await this.pane.getByTestId('dataset-people').waitFor()
  }

  /** Inserts the dataset where nothing is yet. */
  async insert(): Promise<void> {
    const count = await this.tables.count()
    await this.page.evaluate((column) => {
      const { workbook } = window.excelHost!
      workbook.select(workbook.activeSheet, { row: 0, column, rowCount: 1, columnCount: 1 })
    }, count * 5)
    await this.pane.getByTestId('dataset-people').locator('button.button').click()
    await this.tables.nth(count).waitFor()
  }

  /** The cards of linked tables. */
  get tables() {
    return this.pane.locator('[data-testid^="table-"]')
  }

  readCell(row: number, column: number): Promise<unknown> {
    return this.page.evaluate(
      ([r, c]) => window.excelHost?.workbook.activeSheet.grid.value(r ?? 0, c ?? 0),
      [row, column],
    )
  }

  async stop(): Promise<void> {
    await this.#page?.context().close()
    await this.#preview.stop()
    await this.broker.stop()
  }
}
