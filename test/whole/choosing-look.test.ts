// How the pane looks and sounds to those who use it in other ways: assistive tools, other languages, narrow panes.
import axe from 'axe-core'
import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../broker/dataset/flatten.ts'
import { usePane, type PanePage } from './pane-page.ts'

const shelf = usePane()
const timeout = 120_000

const longTitle =
  `Überstundenabgeltungsübersicht_${'x'.repeat(120)} of the departments in all towns and countries`.slice(0, 200)
const people: readonly JsonRecord[] = Array.from({ length: 30 }, (_none, index) => ({
  Id: index + 1,
  [`Einkommensteuervorauszahlungsbescheid${'y'.repeat(60)}`]: `Donaudampfschifffahrt ${index}`,
  Born: `1990-02-${String((index % 18) + 10)}`,
  Seen: `2026-01-${String((index % 18) + 10)}T08:30:00Z`,
  IsActive: index % 2 === 0,
}))
const shelves = [
  { name: 'long', title: longTitle, description: `${'Sehr lang. '.repeat(40)}${'z'.repeat(150)}`, records: people },
  { name: 'empty', title: 'Empty shelf' },
]

async function start(options: Parameters<PanePage['open']>[0]): Promise<PanePage> {
  const it = shelf.it
  await it.stock(shelves)
  await it.open(options)
  await it.signIn()
  await it.pane.getByTestId('dataset-long').waitFor()
  return it
}

/** Everything on the page opened, with a condition, a followed cell, an order and a limit. */
async function fillIn(it: PanePage): Promise<void> {
  const { pane } = it
  await it.choose('long')
  for (const part of ['columns', 'filter', 'order', 'more'] as const) await it.unfold(part)
  await pane.getByTestId('add-condition').click()
  await pane.getByTestId('add-condition').click()
  await pane.getByTestId('use-cell').first().click()
  await pane.getByTestId('followed').waitFor()
  await pane.getByTestId('add-order').click()
  await pane.getByTestId('order').locator('input').fill('7')
  await pane.getByTestId('more').locator('input').nth(1).check()
}

async function inspect(it: PanePage): Promise<readonly string[]> {
  const { frame } = it
  await frame.evaluate(axe.source)
  // Colours that are still on their way from one to another are neither.
  await frame.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))
  const { violations } = await frame.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run(document))
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  )
}

/** Elements that reach beyond the pane, other than inside what scrolls by itself. */
function findOverflow(it: PanePage): Promise<readonly string[]> {
  return it.frame.evaluate(() => {
    const width = document.documentElement.clientWidth
    const scrolls = document.documentElement.scrollWidth > width ? ['the page'] : []
    const outside = [...document.querySelectorAll('body *')].filter((element) => {
      if (element.closest('.sample, .screen-reader, [hidden]')) return false
      const { left, right, width: own } = element.getBoundingClientRect()
      return own > 0 && (left < -0.5 || right > width + 0.5)
    })
    return [...scrolls, ...outside.map((element) => element.outerHTML.slice(0, 200))]
  })
}

describe('assistive tools', () => {
  test.each([
    { name: 'light', options: {} },
    { name: 'dark', options: { colorScheme: 'dark' } },
    { name: 'right to left', options: { locale: 'ar' } },
    { name: 'forced colours', options: { forcedColors: 'active' } },
  ] as const)('find nothing to complain about: $name', { timeout }, async ({ options }) => {
    const it = await start(options)
    expect(await inspect(it)).toEqual([])
    await fillIn(it)
    expect(await inspect(it)).toEqual([])
    await it.pane.getByTestId('filter').locator('.condition .icon-button').first().click()
    await it.pane.getByTestId('apply').click()
    await it.pane.getByTestId('filter').locator('[role=alert]').waitFor()
    expect(await inspect(it)).toEqual([])
    await it.page.keyboard.press('Escape')
    await it.page.keyboard.press('Escape')
    await it.pane.getByTestId('dataset-empty').locator('h3 button').click()
    await it.pane.getByTestId('unpulled').waitFor()
    expect(await inspect(it)).toEqual([])
    expect(it.complaints).toEqual([])
  })
})

describe('a narrow pane', () => {
  test.each([
    [320, 'en-US'],
    [320, 'de-DE'],
    [320, 'fr-FR'],
    [320, 'ar'],
    // Where the browser has 350 pixels at 200 %.
    [175, 'de-DE'],
  ])('shows everything within %d pixels: %s', { timeout }, async (width, locale) => {
    const it = await start({ width, locale })
    expect(await it.frame.evaluate(() => document.documentElement.clientWidth)).toBe(width)
    expect(await findOverflow(it)).toEqual([])
    await fillIn(it)
    expect(await findOverflow(it)).toEqual([])
    expect(await it.frame.evaluate(() => document.documentElement.dir)).toBe(locale === 'ar' ? 'rtl' : 'ltr')
    await it.pane.getByTestId('filter').locator('.condition .icon-button').last().click()
    await it.pane.getByTestId('apply').click()
    await it.pane.locator('[id^=show-]').waitFor()
    expect(await findOverflow(it)).toEqual([])
  })
})

test('nothing jumps while data arrives', { timeout }, async () => {
  const it = await start({})
  const { frame, page, pane } = it
  await page.route('**/datasets/long', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700))
    await route.continue()
  })
  await page.route('**/rows?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700))
    await route.continue()
  })
  await frame.evaluate(() => {
    const shifts: number[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      // Those right after a press are the user's own doing; the answers come later.
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) shifts.push(entry.value)
    }).observe({ type: 'layout-shift', buffered: false })
  })
  await it.choose('long')
  await frame.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  const shifts = await frame.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.02)
  await pane.locator('.sample td').first().waitFor()
})
