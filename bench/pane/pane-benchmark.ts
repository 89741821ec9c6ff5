// How soon the pane can be used: the built pane in a real browser that is made four times slower, through the whole of office.js.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPane, PanePage, type BuiltPane } from '../../test/addin/pane-page.ts'
import { openPane, profilePane, watchOpening, type Opening, type Shares } from './opening.ts'

const slowness = 4
const tables = 3

/** Prints when a signed-in user of a workbook with linked tables sees and can use what; nothing is cached. */
export async function runPaneBenchmark(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...options], options: { runs: { type: 'string', default: '9' } } })
  const built = await buildPane({ forgetsScripts: true })
  try {
    const { openings, shares } = await measure(built, Number(values.runs))
    print(openings, shares)
  } finally {
    await built.stop()
  }
}

async function measure(built: BuiltPane, runs: number): Promise<{ openings: readonly Opening[]; shares: Shares }> {
  const opened = await PanePage.start(built)
  const read = (path: string): Promise<Buffer> => readFile(join(built.folder, path.replace(/^\/addin\//, '')))
  try {
    await opened.open({ paneWidth: 320 })
    await opened.signIn()
    for (let count = 0; count < tables; count += 1) await opened.insert()
    await opened.pane.getByTestId('on-open-question').locator('fluent-button').nth(1).click()
    const session = await opened.page.context().newCDPSession(opened.page)
    await session.send('Network.enable')
    await session.send('Network.setCacheDisabled', { cacheDisabled: true })
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowness })
    await opened.page.addInitScript(watchOpening, tables)
    const openings: Opening[] = []
    for (let run = 0; run < runs; run += 1) openings.push(await openPane(opened, read))
    // A slowed processor stands still between the steps of whatever runs, and that would count as the browser's.
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    return { openings, shares: await profilePane(opened, session, read) }
  } finally {
    await opened.stop()
  }
}

function print(openings: readonly Opening[], shares: Shares): void {
  const of = (name: keyof Opening) => openings.map((opening) => opening[name]).sort((one, other) => one - other)
  const row = (name: keyof Opening) => {
    const all = of(name)
    const [median, fastest, slowest] = [medianOf(all), all[0] ?? Number.NaN, all.at(-1) ?? Number.NaN]
    return { median: Math.round(median), fastest: Math.round(fastest), slowest: Math.round(slowest) }
  }
  console.log(
    `${openings.length} openings of the pane with ${tables} linked tables, processor ${slowness} times slower`,
  )
  console.table({
    'first paint, ms': row('firstPaintMs'),
    'Office ready, ms': row('officeReadyMs'),
    'tables can be refreshed, ms': row('interactiveMs'),
    'first load, KiB gzip': row('firstLoadGzipKiB'),
  })
  console.log('What the page’s thread did until then, in one more opening at full speed under the profiler, ms:')
  console.table({
    ours: Math.round(shares.ours),
    'office.js': Math.round(shares.officeJs),
    'the page that plays Excel': Math.round(shares.excel),
    'the browser itself': Math.round(shares.browser),
  })
  const figures = {
    firstLoadGzipKiB: Number(medianOf(of('firstLoadGzipKiB')).toFixed(1)),
    firstPaintMs: Math.round(medianOf(of('firstPaintMs'))),
    interactiveMs: Math.round(medianOf(of('interactiveMs'))),
  }
  console.log(JSON.stringify(figures))
}

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
