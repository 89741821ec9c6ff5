// One opening of the pane, watched from inside its page and, where wanted, by the browser's profiler.
import { gzipSync } from 'node:zlib'
import type { CDPSession } from 'playwright-core'
import type { PanePage } from '../../test/addin/pane-page.ts'

/** When what was there, in milliseconds after the pane began to load. */
export interface Opening {
  readonly firstPaintMs: number
  /** Office has answered that the add-in may begin; what follows waits for nobody but Excel and us. */
  readonly officeReadyMs: number
  /** Every linked table is painted with a button that works, and the page answers. */
  readonly interactiveMs: number
  /** The add-in's own files up to then, as they travel. */
  readonly firstLoadGzipKiB: number
}

/** Where the time of the page's thread went up to then, in milliseconds. */
export interface Shares {
  readonly ours: number
  readonly officeJs: number
  /** The page that plays Excel; with the real one that is another process. */
  readonly excel: number
  /** Parsing, styles, layout, painting, collecting garbage; waiting is not counted. */
  readonly browser: number
}

interface Marks {
  readonly officeReadyMs: number
  readonly interactiveMs: number
  readonly files: readonly string[]
}

/**
 * What runs in the pane before anything else does: it notes when Office is ready and when the tables are there, and presses a button at
 * once.
 */
export function watchOpening(tables: number): void {
  const isPane = location.pathname.startsWith('/addin/')
  if (!isPane) return
  const { promise, resolve } = Promise.withResolvers<Marks>()
  Object.assign(window, { opening: promise })
  let officeReadyMs = 0
  const whenPainted = (work: () => void): void => {
    requestAnimationFrame(() => {
      // A message comes after the frame was painted, and after what keeps the page busy.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = work
      port2.postMessage(undefined)
    })
  }
  const look = (): void => {
    if (officeReadyMs === 0 && typeof Office !== 'undefined' && (Office as Partial<typeof Office>).context?.diagnostics)
      officeReadyMs = performance.now()
    const buttons = document.querySelectorAll<HTMLElement>('[data-testid^=table-] .card-head > fluent-button')
    const isThere = buttons.length === tables && [...buttons].every(({ shadowRoot }) => shadowRoot !== null)
    if (!isThere) return
    observer.disconnect()
    whenPainted(() => {
      const interactiveMs = performance.now()
      const files = performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.startsWith('/addin/'))
      buttons[0]?.click()
      resolve({ officeReadyMs, interactiveMs, files: [location.pathname, ...files] })
    })
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { childList: true, subtree: true })
}

/** Opens the pane anew and waits until its tables can be refreshed; fails when the button that is pressed at that moment does nothing. */
export async function openPane(opened: PanePage, built: (path: string) => Promise<Buffer>): Promise<Opening> {
  const pulls = (): number => opened.broker.seen.filter(({ path }) => path.endsWith('/pulls')).length
  const before = pulls()
  await opened.reload()
  const { frame } = opened
  const marks = await frame.evaluate(() => (window as unknown as { opening: Promise<Marks> }).opening)
  const firstPaintMs = await frame.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  )
  // Ended before the next opening, which would otherwise find this one's work.
  await opened.pane.getByText('Nothing has changed.').first().waitFor()
  if (pulls() === before) throw new Error('A button was pressed, and no refresh began.')
  const sizes = await Promise.all(marks.files.map(async (path) => gzipSync(await built(path)).length))
  const firstLoadGzipKiB = sizes.reduce((sum, size) => sum + size, 0) / 1_024
  return { firstPaintMs, officeReadyMs: marks.officeReadyMs, interactiveMs: marks.interactiveMs, firstLoadGzipKiB }
}

interface Profile {
  readonly startTime: number
  readonly endTime: number
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly url: string; readonly functionName: string }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Opens the pane under the profiler, which makes it slower: for shares, not for times. To be done at the processor's full speed. */
export async function profilePane(
  opened: PanePage,
  session: CDPSession,
  built: (path: string) => Promise<Buffer>,
): Promise<Shares> {
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: 500 })
  await session.send('Profiler.start')
  const { interactiveMs } = await openPane(opened, built)
  const sinceStartMs = await opened.frame.evaluate(() => performance.now())
  const { profile } = (await session.send('Profiler.stop')) as { readonly profile: Profile }
  await session.send('Profiler.disable')
  // Counted from its end: how long the profiler took to begin, nobody knows.
  const fromMs = (profile.endTime - profile.startTime) / 1_000 - sinceStartMs
  return share(profile, fromMs, fromMs + interactiveMs)
}

function share({ nodes, samples, timeDeltas }: Profile, fromMs: number, untilMs: number): Shares {
  const owners = new Map(nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]))
  const shares = { ours: 0, officeJs: 0, excel: 0, browser: 0 }
  let passedMs = 0
  for (const [index, id] of samples.entries()) {
    const tookMs = (timeDeltas[index] ?? 0) / 1_000
    passedMs += tookMs
    const owner = owners.get(id)
    if (owner && passedMs > fromMs && passedMs <= untilMs) shares[owner] += tookMs
  }
  return shares
}

function ownerOf({ url, functionName }: Profile['nodes'][number]['callFrame']): keyof Shares | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined
  if (url.includes('/addin/')) return 'ours'
  if (url.includes('/office-js/')) return 'officeJs'
  return url.includes('/preview/') ? 'excel' : 'browser'
}
