// How the pane looks and behaves for everybody: languages and directions, themes, keyboards, screen readers, narrow panes, steady layout.
import { readFileSync } from 'node:fs'
import axe from 'axe-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { problem, sendJson } from '../client/tiny-broker.ts'
import { serveDataset } from './table-fixture.ts'
import { buildPane, PanePage, type BuiltPane, type PageOptions } from './pane-page.ts'

let built: BuiltPane
let opened: PanePage

beforeAll(async () => {
  built = await buildPane()
}, 120_000)

afterAll(() => built.stop())

beforeEach(async () => {
  opened = await PanePage.start(built)
})

afterEach(() => opened.stop())

/** As browsers tell of it (Layout Instability API); TypeScript does not know it. */
interface LayoutShift {
  readonly value: number
  readonly sources: readonly {
    readonly node: Node | null
    readonly previousRect: DOMRect
    readonly currentRect: DOMRect
  }[]
}

const frame = () => opened.frame

/** What axe finds wrong in the pane, by its rules for WCAG 2.2 AA. */
async function findFaults(): Promise<string[]> {
  await frame().evaluate(axe.source)
  const faults = await frame().evaluate(async () => {
    const { violations } = await (
      window as unknown as {
        axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
      }
    ).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
  })
  return faults
}

/** Buttons that reach beyond the notice that they are in, which shows nothing outside of itself. */
function findCutButtons(): Promise<string[]> {
  return frame().evaluate(() =>
    [...document.querySelectorAll('fluent-message-bar')].flatMap((bar) => {
      const { left, right } = bar.getBoundingClientRect()
      const buttons = [...bar.querySelectorAll('fluent-button')]
      const cut = buttons.filter((button) => {
        const own = button.getBoundingClientRect()
        return own.left < left || own.right > right
      })
      return cut.map(({ textContent }) => textContent)
    }),
  )
}

const looks: readonly (PageOptions & { readonly name: string })[] = [
  { name: '320 px, light, English', paneWidth: 320, language: 'en-US' },
  { name: '450 px, dark, German', paneWidth: 450, colorScheme: 'dark', language: 'de-DE' },
  { name: '320 px, dark, Arabic', paneWidth: 320, colorScheme: 'dark', language: 'ar-EG' },
  {
    name: '700 px, light, French, forced colours',
    paneWidth: 700,
    language: 'fr-FR',
    context: { forcedColors: 'active' },
  },
  // Where the browser has 350 px at 200 %.
  { name: '175 px, light, German', paneWidth: 175, language: 'de-DE' },
]

describe.each(looks)('at $name, every screen', (look) => {
  test('has names, contrast and room', { timeout: 120_000 }, async () => {
    await opened.open(look)
    const { pane } = opened
    const check = async (screen: string): Promise<void> => {
      // Colours change gradually, and are to be looked at afterwards.
      await opened.page.waitForTimeout(400)
      const { scrollWidth, clientWidth, dir } = await frame().evaluate(() => {
        const { scrollWidth: scroll, clientWidth: client, dir: direction } = document.documentElement
        return { scrollWidth: scroll, clientWidth: client, dir: direction }
      })
      expect([screen, scrollWidth <= clientWidth, dir]).toEqual([
        screen,
        true,
        look.language?.startsWith('ar') ? 'rtl' : 'ltr',
      ])
      expect([screen, ...(await findCutButtons())]).toEqual([screen])
      expect([screen, ...(await findFaults())]).toEqual([screen])
    }
    await pane.getByTestId('invitation').waitFor()
    await check('sign-in')
    await opened.signIn()
    await check('empty')
    await opened.insert()
    await pane.getByTestId('on-open-question').waitFor()
    await check('home with question')
    await pane.getByTestId('on-open-question').locator('fluent-button').nth(2).click()
    opened.broker.on('POST /api/v1/datasets/people/pulls', (_request, response) =>
      sendJson(response, 429, problem(429, 'rate-limited', true), { 'Retry-After': '90' }),
    )
    await pane.getByTestId('refresh-all').click()
    await pane.locator('fluent-message-bar[intent=warning]').waitFor()
    await check('held')
    await pane.getByTestId('cancel-all').click()
    opened.broker.on('POST /api/v1/datasets/people/pulls', (_request, response) =>
      sendJson(response, 404, problem(404, 'dataset-unknown')),
    )
    await pane.getByTestId('refresh-all').click()
    await pane.getByRole('alert').waitFor()
    await check('failed')
    serveDataset(opened.broker, opened.dataset)
    await opened.page.evaluate(() => window.excelHost!.person.type('A33', 'Total'))
    const more = Array.from({ length: 9 }, (_none, index) => [`more ${index}`, null, null])
    opened.dataset.publish([...opened.dataset.rows, ...more])
    await pane.getByTestId('refresh-all').click()
    await pane.locator('fluent-message-bar .actions > :nth-child(3)').waitFor()
    await check('asked how to grow')
    await pane.locator('.card .menu button').first().click()
    await check('menu')
    await pane.getByRole('menuitem').nth(2).click()
    await pane.locator('fieldset').waitFor()
    await check('when a table is refreshed')
    await pane.locator('.sub-head button').click()
    await pane.locator('.summary .menu button').click()
    await pane.getByRole('menuitem').first().click()
    await pane.locator('input[type=checkbox]').nth(1).click()
    await pane.locator('#minutes').waitFor()
    await check('when the workbook is refreshed')
    await pane.locator('.sub-head button').click()
    await pane.locator('.summary .menu button').click()
    await pane.getByRole('menuitem').nth(1).click()
    await pane.locator('.entry').first().waitFor()
    await check('history')
  })
})

describe('the layout', () => {
  test('does not shift from the start to the end of a refresh', { timeout: 60_000 }, async () => {
    await opened.open({ paneWidth: 320 })
    await opened.signIn()
    await opened.insert()
    await opened.insert()
    await opened.pane.getByTestId('on-open-question').locator('fluent-button').nth(1).click()
    // In every frame, before anything is painted.
    await opened.page.addInitScript(() => {
      const shifts: string[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, sources } = entry as unknown as LayoutShift
          const moved = sources.map(
            ({ node, previousRect: a, currentRect: b }) =>
              `${a.x},${a.y},${a.width},${a.height}>${b.x},${b.y},${b.width},${b.height} ${node?.textContent?.slice(0, 60)}`,
          )
          shifts.push(`${value.toFixed(5)} ${moved.join(' | ')}`)
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await opened.reload()
    await opened.tables.nth(1).waitFor()
    await opened.pane.getByTestId('dataset-people').waitFor()
    opened.dataset.publish(opened.dataset.rows.slice(2))
    // Not by a click in the pane: shifts soon after one are not counted.
    await opened.page.evaluate(() => window.excelHost?.invokeCommand('refreshAll'))
    await opened.pane.getByText('2 rows removed.').nth(1).waitFor()
    await opened.page.waitForTimeout(300)
    const shifts = await frame().evaluate(() => (window as unknown as { shifts: string[] }).shifts)
    // A text that is centred in its button or counts up moves by parts of a pixel; browsers round the sum to hundredths.
    expect(shifts.filter((shift) => Number.parseFloat(shift) >= 0.001)).toEqual([])
    expect(shifts.reduce((sum, shift) => sum + Number.parseFloat(shift), 0)).toBeLessThan(0.005)
  })
})

describe('the keyboard', () => {
  test('opens a menu, walks through it, and comes back', { timeout: 60_000 }, async () => {
    await opened.open({ paneWidth: 320 })
    await opened.signIn()
    await opened.insert()
    const { pane, page } = opened
    const focused = () => frame().evaluate(() => document.activeElement?.textContent ?? '')
    const name = 'More for People_places_data'
    await pane.getByRole('button', { name }).focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe('Change…')
    await page.keyboard.press('End')
    expect(await focused()).toBe('Convert to plain table')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Escape')
    expect(await pane.getByRole('menu').count()).toBe(0)
    expect(await frame().evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(name)
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Change…')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await pane.getByRole('heading', { name: 'Refresh by itself' }).waitFor()
    await expect.poll(focused).toBe('Refresh by itself')
    await page.keyboard.press('Escape')
    await opened.tables.first().waitFor()
  })
})

test('the theme of Fluent has both schemes, and the system decides where Office does not', async () => {
  const css = readFileSync('addin/pane.css', 'utf8')
  // A colour that is no token of the theme would be wrong in one of them.
  expect(css.match(/#[0-9a-f]{3,8}\b|rgba?\(/gi)).toBeNull()
  for (const colorScheme of ['light', 'dark'] as const) {
    await opened.open({ colorScheme })
    await opened.pane.getByTestId('invitation').waitFor()
    expect(await frame().evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(colorScheme)
    await opened.page.context().close()
  }
}, 60_000)
