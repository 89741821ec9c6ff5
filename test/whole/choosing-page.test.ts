// Choosing data as an analyst does it: the built pane in a real browser, the unmodified office.js, and a whole broker.
import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../broker/dataset/flatten.ts'
import { usePane } from './pane-page.ts'

const shelf = usePane()
const timeout = 90_000

/** A column of every type, in twelve rows. */
const people: readonly JsonRecord[] = Array.from({ length: 12 }, (_none, index) => ({
  Id: index + 1,
  Name: `Zoë ${index + 1}`,
  Town: ['Bern', 'Aarau', 'Chur'][index % 3]!,
  Pay: index + 0.5,
  Born: `1990-02-${String(index + 10)}`,
  Seen: `2026-01-${String(index + 10)}T08:30:00Z`,
  IsActive: index % 2 === 0,
}))
const crew = { name: 'crew', title: 'Crew', description: 'Everybody on board.', records: people }

async function start(options: Parameters<typeof shelf.it.open>[0] = {}) {
  const it = shelf.it
  await it.stock([crew, { name: 'empty', title: 'Empty shelf' }])
  await it.open(options)
  await it.signIn()
  return it
}

describe('choosing data', () => {
  test('goes from search to sheet, and to another choice later, by keyboard alone', { timeout }, async () => {
    const it = await start()
    const { page, pane } = it
    await it.select(3, 1)
    await pane.getByLabel('Search datasets').focus()
    await page.keyboard.type('board')
    await pane.getByTestId('dataset-empty').waitFor({ state: 'detached' })
    await pane.getByText('1 dataset found').waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await it.size('12 rows × 7 columns')
    expect(await it.frame.evaluate(() => document.activeElement?.textContent)).toBe('Crew')

    // Columns: two away, one moved.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const tick = (name: string) => pane.getByRole('checkbox', { name, exact: true })
    await tick('Born').focus()
    await page.keyboard.press('Space')
    await tick('Seen').focus()
    await page.keyboard.press('Space')
    await tick('Pay').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await page.keyboard.press('Alt+ArrowUp')
    await pane.getByText('Pay: place 2 of 7').waitFor({ state: 'attached' })
    expect(await it.frame.evaluate(() => document.activeElement?.nextElementSibling?.textContent)).toBe('Pay')
    await pane.getByRole('button', { name: 'Move Town' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('End')
    await page.keyboard.press('Space')
    await it.size('12 rows × 5 columns')

    // Filter and limit.
    await pane.getByTestId('filter').locator('summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await pane.getByRole('combobox', { name: 'Column', exact: true }).selectOption('Pay')
    await pane.getByRole('combobox', { name: 'Comparison' }).selectOption({ label: 'is more than' })
    await pane.getByRole('spinbutton', { name: 'Value' }).focus()
    await page.keyboard.type('3.5')
    await it.size('8 rows × 5 columns')
    await pane.getByTestId('order').locator('summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await pane.getByRole('combobox', { name: 'Sort by' }).selectOption('Pay')
    await pane.getByRole('combobox', { name: 'Direction' }).selectOption({ label: 'Largest first' })
    await pane.getByLabel('Row limit').focus()
    await page.keyboard.type('3')
    await pane.getByText('Only the first 3 of 8 rows, sorted by Pay (Largest first).').waitFor()

    await pane.getByRole('button', { name: 'Insert at Sheet1!B4' }).focus()
    await page.keyboard.press('Enter')
    await pane.getByText('3 rows inserted as Crew_data.').waitFor()
    expect(await it.cells(3, 1, 5, 6)).toEqual([
      ['Id', 'Pay', 'Name', 'IsActive', 'Town', null],
      [12, 11.5, 'Zoë 12', false, 'Chur', null],
      [11, 10.5, 'Zoë 11', true, 'Aarau', null],
      [10, 9.5, 'Zoë 10', false, 'Bern', null],
      [null, null, null, null, null, null],
    ])
    expect(await it.frame.evaluate(() => document.activeElement?.textContent)).toBe('Crew_data')
    expect(it.complaints).toEqual([])
  })

  test('leads from a table to what becomes of its rows', { timeout }, async () => {
    const it = await start()
    const { pane } = it
    await pane
      .getByTestId('dataset-crew')
      .getByRole('button', { name: /^Insert/ })
      .click()
    await pane.getByRole('button', { name: 'More for Crew_data' }).click()
    await pane.getByRole('menuitem', { name: 'How rows are refreshed…' }).click()
    await pane.getByRole('radio', { name: 'Update and add rows' }).waitFor()
    await expect.poll(() => it.frame.evaluate(() => document.activeElement?.textContent)).toMatch(/^More options/)
    await pane.getByRole('radio', { name: 'Update and add rows' }).check()
    await pane.getByLabel('Rows that are no longer in the dataset').selectOption('Keep and mark them')
    await pane.getByTestId('apply').click()
    await pane.getByRole('button', { name: 'More for Crew_data' }).click()
    await pane.getByRole('menuitem', { name: 'How rows are refreshed…' }).click()
    await expect.poll(() => pane.getByRole('radio', { name: 'Update and add rows' }).isChecked()).toBe(true)
  })

  test(
    'changes a linked table later, says before what will happen, and keeps the user’s own columns',
    { timeout },
    async () => {
      const it = await start()
      const { pane } = it
      await it.choose('crew')
      await it.unfold('columns')
      await pane.getByRole('button', { name: 'None' }).click()
      await pane.getByRole('checkbox', { name: 'Name', exact: true }).check()
      await it.size('12 rows × 2 columns')
      await pane.getByTestId('apply').click()
      await pane.getByText('12 rows inserted as Crew_data.').waitFor()
      // The user's own column, as they would add it by hand.
      await it.frame.evaluate(() =>
        Excel.run(async (context) => {
          const notes = Array.from({ length: 12 }, (_none, index) => [`note of ${index + 1}`])
          context.workbook.tables.getItemAt(0).columns.add(undefined, [['Note'], ...notes])
          await context.sync()
        }),
      )
      await pane.getByRole('button', { name: 'More for Crew_data' }).click()
      await pane.getByRole('menuitem', { name: 'Change…' }).click()
      await pane.getByRole('heading', { name: 'Change Crew_data' }).waitFor()
      await it.size('12 rows × 2 columns')
      await pane.getByText('Nothing is different yet.').waitFor()
      await it.unfold('columns')
      expect(await pane.getByRole('checkbox', { name: 'Town', exact: true }).isChecked()).toBe(false)
      await pane.getByRole('checkbox', { name: 'Town', exact: true }).check()
      await pane.getByRole('checkbox', { name: 'Name', exact: true }).uncheck()
      await it.unfold('filter')
      await pane.getByTestId('add-condition').click()
      await pane.getByRole('combobox', { name: 'Column', exact: true }).selectOption('IsActive')
      await it.size('6 rows × 2 columns')
      const effects = pane.getByTestId('effects')
      await effects.getByText('Added at the end: Town.').waitFor()
      await effects.getByText('Removed from the table: Name.').waitFor()
      await effects.getByText('12 rows now, 6 rows afterwards.').waitFor()
      await pane.getByRole('button', { name: 'Apply the change' }).click()
      await pane.getByText(/^Crew_data was changed\./).waitFor()
      const [header = [], ...rows] = await it.cells(0, 0, 8, 4)
      expect(header.filter((cell) => cell !== null)).toHaveLength(3)
      const at = (name: string) => header.indexOf(name)
      expect(header).not.toContain('Name')
      const notes = header.findIndex((cell) => typeof cell === 'string' && !['Id', 'Town'].includes(cell))
      expect(rows.map((row) => [row[at('Id')], row[at('Town')], row[notes]])).toEqual([
        [1, 'Bern', 'note of 1'],
        [3, 'Chur', 'note of 3'],
        [5, 'Aarau', 'note of 5'],
        [7, 'Bern', 'note of 7'],
        [9, 'Chur', 'note of 9'],
        [11, 'Aarau', 'note of 11'],
        [null, null, null],
      ])
    },
  )

  test('filters by a cell, and follows it', { timeout }, async () => {
    const it = await start()
    const { pane } = it
    await it.setCell(0, 5, 'bern')
    await it.select(0, 5)
    await it.choose('crew')
    await it.unfold('filter')
    await pane.getByTestId('add-condition').click()
    await pane.getByRole('combobox', { name: 'Column', exact: true }).selectOption('Town')
    await pane.getByRole('combobox', { name: 'Comparison' }).selectOption({ label: 'is' })
    await pane.getByTestId('use-cell').click()
    await pane.getByText('Follows Sheet1!F1').waitFor()
    await pane.getByText('now: bern').waitFor()
    await it.size('4 rows × 7 columns')
    await it.setCell(0, 5, 'Chur')
    await it.frame.evaluate(() => void dispatchEvent(new Event('focus')))
    await pane.getByText('now: Chur').waitFor()
    await it.select(2, 0)
    await it.frame.evaluate(() => void dispatchEvent(new Event('focus')))
    await pane.getByRole('button', { name: 'Insert at Sheet1!A3' }).click()
    await pane.getByText('4 rows inserted').waitFor()
    expect((await it.cells(3, 0, 5, 3)).map(([, , town]) => town)).toEqual(['Chur', 'Chur', 'Chur', 'Chur', null])
    await pane.getByRole('button', { name: 'More for Crew_data' }).click()
    await pane.getByRole('menuitem', { name: 'Change…' }).click()
    await pane.getByTestId('filter').locator('summary').getByText('1 condition').waitFor()
    await it.unfold('filter')
    await pane.getByText('Follows Sheet1!F1').waitFor()
    await pane.getByRole('button', { name: 'Type a value instead' }).click()
    await pane.getByTestId('followed').waitFor({ state: 'detached' })
  })

  test('offers the values of a column as chips', { timeout }, async () => {
    const it = await start()
    const { pane } = it
    await it.choose('crew')
    await it.unfold('filter')
    await pane.getByTestId('add-condition').click()
    await pane.getByRole('combobox', { name: 'Column', exact: true }).selectOption('Town')
    await pane.getByRole('combobox', { name: 'Comparison' }).selectOption({ label: 'is one of' })
    await pane.getByRole('button', { name: 'Aarau' }).click()
    await it.size('4 rows × 7 columns')
    await pane.getByRole('textbox', { name: 'Value' }).fill('Chur')
    await it.page.keyboard.press('Enter')
    await it.size('8 rows × 7 columns')
    await pane.getByRole('button', { name: 'Remove Aarau' }).click()
    await it.size('4 rows × 7 columns')
  })

  test('moves columns by dragging, with mouse and finger', { timeout }, async () => {
    const it = await start({ hasTouch: true })
    const { page, pane } = it
    await it.choose('crew')
    await it.unfold('columns')
    const order = () => pane.locator('.columns label').allTextContents()
    const grip = pane.getByRole('button', { name: 'Move Name' })
    const target = pane.getByRole('button', { name: 'Move Born' })
    await grip.scrollIntoViewIfNeeded()
    const from = (await grip.boundingBox())!
    const to = (await target.boundingBox())!
    const middle = (box: typeof from) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 })
    await page.mouse.move(middle(from).x, middle(from).y)
    await page.mouse.down()
    await page.mouse.move(middle(from).x, middle(to).y, { steps: 8 })
    await page.mouse.move(middle(from).x, middle(to).y + 6)
    await page.mouse.up()
    expect(await order()).toEqual(['Id', 'Town', 'Pay', 'Born', 'Name', 'Seen', 'IsActive'])

    // A tap instead of a drag shows buttons, for those who cannot drag.
    await pane.getByRole('button', { name: 'Move Name' }).tap()
    await pane.getByRole('button', { name: 'Move Name up' }).tap()
    expect(await order()).toEqual(['Id', 'Town', 'Pay', 'Name', 'Born', 'Seen', 'IsActive'])
    await pane.locator('.sample th').nth(3).getByText('Name').waitFor()
  })

  test('refuses what does not fit below the selected cell, with the numbers', { timeout }, async () => {
    const it = await start()
    const { pane } = it
    await it.select(1_048_570, 0)
    await it.choose('crew')
    await pane.getByText('12 rows do not fit below Sheet1!A1048571, where there is room for 5.').waitFor()
    const apply = pane.getByTestId('apply')
    expect(await apply.getAttribute('aria-disabled')).toBe('true')
    await pane.getByRole('radio', { name: 'A new sheet' }).check()
    await pane.getByText('do not fit').waitFor({ state: 'detached' })
    await pane.getByRole('button', { name: 'Insert on a new sheet' }).click()
    await pane.getByText('12 rows inserted as Crew_data.').waitFor()
    expect((await it.cells(0, 0, 2, 2))[1]).toEqual([1, 'Zoë 1'])
  })

  test('keeps the user on the page while something is wrong, and leads there', { timeout }, async () => {
    const it = await start()
    const { pane } = it
    await it.choose('crew')
    await it.unfold('filter')
    await pane.getByTestId('add-condition').click()
    await it.unfold('filter')
    await pane.getByTestId('apply').click()
    await pane.getByText('Something above needs your attention first.').waitFor()
    await pane.getByText('Enter a value, or remove this condition.').waitFor()
    expect(await it.frame.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    await it.page.keyboard.type('zoë 1')
    await it.size('4 rows × 7 columns')
    await pane.getByText('Something above').waitFor({ state: 'detached' })
  })

  test('waits for a first pull where there was none', { timeout }, async () => {
    const it = await start()
    const { broker, pane } = it
    await pane.getByTestId('dataset-empty').locator('h3 button').click()
    await pane.getByText('This dataset has not been pulled yet').waitFor()
    await broker.beat()
    await pane.getByTestId('pull-now').click()
    await pane.getByText('Asking for fresh data…').waitFor()
    const claimed = (await broker.stores.pulls.claim('egress', broker.clock.nowMs(), broker.clock.nowMs() + 60_000))!
    await broker.complete(claimed.id, people.slice(0, 2), 'empty')
    await broker.clock.advance(2_000)
    await it.size('2 rows × 7 columns')
  })

  test('tells what went wrong with the sample in its place, and tries again', { timeout }, async () => {
    const it = await start()
    const { page, pane } = it
    await it.choose('crew')
    await page.route('**/rows?*', (route) => route.abort())
    await it.unfold('filter')
    await pane.getByTestId('add-condition').click()
    await pane.getByRole('textbox', { name: 'Value' }).fill('Zoë 1')
    await pane.getByTestId('preview').getByRole('alert').waitFor({ timeout: 30_000 })
    await page.unroute('**/rows?*')
    await pane.getByTestId('preview').getByRole('button', { name: 'Try again' }).click()
    await it.size('4 rows × 7 columns')
  })

  test('comes back to where the user was', { timeout }, async () => {
    const it = await start()
    const { page, pane } = it
    await pane.getByLabel('Search datasets').fill('crew')
    await pane.getByTestId('dataset-empty').waitFor({ state: 'detached' })
    await it.choose('crew')
    await page.keyboard.press('Escape')
    expect(await pane.getByLabel('Search datasets').inputValue()).toBe('crew')
    expect(await it.frame.evaluate(() => document.activeElement?.textContent)).toBe('Crew')
  })
})

describe('a list of hundreds of datasets', () => {
  const many = Array.from({ length: 400 }, (_none, index) => ({
    name: `set-${index}`,
    title: index === 399 ? 'Größenübersicht' : `Dataset ${index}`,
    description: `What department ${index % 7} does`,
  }))

  test('is searched, and walked by arrow keys to its end', { timeout }, async () => {
    const it = shelf.it
    await it.stock(many)
    await it.open()
    await it.signIn()
    const { page, pane } = it
    const search = pane.getByLabel('Search datasets')
    await search.fill('grossen')
    await pane.getByText('Größenübersicht').waitFor()
    await expect.poll(() => pane.locator('.dataset').count()).toBe(1)
    await search.press('Escape')
    expect(await search.inputValue()).toBe('')
    await expect.poll(() => pane.locator('.dataset').count()).toBeGreaterThan(1)
    await search.press('ArrowDown')
    const focused = () => it.frame.evaluate(() => document.activeElement?.textContent)
    const first = await pane.locator('.dataset h3').first().textContent()
    await expect.poll(focused).toBe(first)
    for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe('Dataset 15')
    await page.keyboard.press('End')
    await expect.poll(focused).toBe('Dataset 99')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => it.frame.evaluate(() => document.activeElement?.id)).toBe('dataset-search')
  })
})
