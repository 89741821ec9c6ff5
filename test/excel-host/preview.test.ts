import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ExcelPreview } from '../../excel-host/server.ts'
import { startExcelPreview } from '../../excel-host/server.ts'
import { launchBrowser } from '../support/browser.ts'

// A task pane as an add-in's author writes it; what it learns it writes into its own page.
const PANE = `<!doctype html><title>Pane</title><script src="/preview/office-js/office.js"></script>
<p id="state">loading</p><p id="result"></p><button id="fill">Fill</button><button id="save">Save</button>
<button id="hide">Hide</button><button id="watch">Watch</button><button id="ask">Ask</button><p id="visibility"></p><button id="reload">Reload</button>
<script>
  const say = (id, text) => { document.getElementById(id).textContent = text }
  const fill = async (rows) => {
    await Excel.run(async (context) => {
      const sheet = context.workbook.worksheets.getActiveWorksheet()
      const range = sheet.getRangeByIndexes(0, 0, rows + 1, 3)
      range.values = [['Id', 'Name', 'Amount'], ...Array.from({ length: rows }, (_, i) => [i + 1, 'Name ' + (i + 1), i / 4])]
      const table = sheet.tables.add(range, true)
      table.name = 'Rows'
      sheet.getRangeByIndexes(1, 2, rows, 1).numberFormat = '#,##0.00'
      await context.sync()
    })
    say('result', 'filled ' + rows)
  }
  Office.onReady((info) => {
    say('state', 'ready in ' + info.host + ' on ' + info.platform + ', 1.13: ' +
      Office.context.requirements.isSetSupported('ExcelApi', '1.13'))
    document.getElementById('fill').onclick = () => fill(40000).catch((error) => say('result', error.code + ': ' + error.message))
    document.getElementById('save').onclick = () => {
      Office.context.document.settings.set('choice', { rows: 3 })
      Office.context.document.settings.saveAsync((done) => say('result', done.status))
    }
    document.getElementById('reload').onclick = () => Office.context.document.settings.refreshAsync((done) =>
      say('result', 'choice is ' + JSON.stringify(Office.context.document.settings.get('choice'))))
    document.getElementById('hide').onclick = () => Office.addin.hide()
    Office.addin.onVisibilityModeChanged((change) => say('visibility', change.visibilityMode))
    CustomFunctions.associate('SHOUT', (text) => text.toUpperCase() + '!')
    CustomFunctions.associate('REFUSE', () => { throw new CustomFunctions.Error('#N/A', 'no such thing') })
    document.getElementById('ask').onclick = () => Office.context.document.getFilePropertiesAsync((done) => say('result',
      [Office.context.displayLanguage, Office.context.contentLanguage, done.value.url.split('/').at(-1)].join(' ')))
    document.getElementById('watch').onclick = () => Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().onChanged.add(async (event) => say('result',
        event.changeType + ' ' + event.address + ' from ' + event.triggerSource + ' to ' + event.details.valueAfter))
      await context.sync()
      say('result', 'watching')
    })
    Office.actions.associate('refreshAll', async (event) => {
      await Excel.run(async (context) => {
        context.workbook.worksheets.getActiveWorksheet().getRange('E1').values = [['refreshed']]
        await context.sync()
      })
      event.completed()
    })
  })
</script>`

const FUNCTIONS = JSON.stringify({
  functions: ['SHOUT', 'REFUSE'].map((id) => ({ id, name: id, parameters: [{ name: 'text', type: 'string' }] })),
})

interface Seen {
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

const seen: Seen[] = []
let broker: Server
let preview: ExcelPreview
let browser: Browser
let page: Page

beforeAll(async () => {
  broker = createServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers })
    if (request.url === '/events') {
      // The stream stays open: only a forwarder that does not collect the body passes its first event on.
      response.writeHead(200, { 'content-type': 'text/event-stream', 'dpop-nonce': 'n1' })
      response.write('data: first\n\n')
      return
    }
    if (request.url === '/addin/functions.json') {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(FUNCTIONS)
      return
    }
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(PANE)
  })
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve))
  const { port } = broker.address() as AddressInfo
  preview = await startExcelPreview({ broker: `http://127.0.0.1:${port}`, hint: 'Your invitation: `ABCD-1234`' })
  browser = await launchBrowser()
}, 60_000)

afterAll(async () => {
  await browser.close()
  await preview.stop()
  broker.closeAllConnections()
  broker.close()
})

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

async function openPreview(query = ''): Promise<FrameLocator> {
  page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await page.goto(preview.url + query)
  const pane = page.frameLocator('#addin')
  await pane.locator('#state', { hasText: 'ready' }).waitFor()
  return pane
}

function cell(address: string): Promise<unknown> {
  return page.evaluate(`(() => {
    const { workbook } = window.excelHost
    const { sheet, area } = workbook.resolve('${address}', workbook.activeSheet)
    return sheet.grid.value(area.row, area.column)
  })()`)
}

function shown(row: number, column: number): Promise<string | null> {
  return page.locator(`#cell-${row}-${column}`).textContent()
}

describe('the real office.js in the pane', () => {
  test('reaches Office.onReady and knows the requirement sets', async () => {
    const pane = await openPreview()
    expect(await pane.locator('#state').textContent()).toBe('ready in Excel on OfficeOnline, 1.13: true')
  })

  test('fills a table of 40,000 rows that the page shows', async () => {
    const pane = await openPreview()
    await pane.locator('#fill').click()
    await pane.locator('#result', { hasText: 'filled 40000' }).waitFor()
    expect(await cell('C40001')).toBe(9999.75)
    await page.locator('#cell-1-1', { hasText: 'Name 1' }).waitFor()
    expect(await shown(4, 2)).toBe('0.75')
    expect(await page.locator('#cell-0-0').getAttribute('class')).toContain('table-header')
    await page.locator('#grid').focus()
    await page.keyboard.press('Control+ArrowDown')
    await page.locator('#cell-40000-0', { hasText: '40000' }).waitFor()
    expect(await page.locator('[role=gridcell]').count()).toBeLessThan(2_000)
  }, 30_000)

  test('gets a ribbon command and completes it, also while the pane is closed', async () => {
    await openPreview()
    await page.locator('#close-pane').click()
    await page.locator('#addin').waitFor({ state: 'hidden' })
    await page.locator('#refresh-all').click()
    await page.locator('#cell-0-4', { hasText: 'refreshed' }).waitFor()
    await page.locator('#refresh-all:enabled').waitFor()
    await page.locator('#open-pane').click()
    await page.locator('#addin').waitFor({ state: 'visible' })
  })

  test('saves and reloads document settings', async () => {
    const pane = await openPreview()
    await pane.locator('#save').click()
    await pane.locator('#result', { hasText: 'succeeded' }).waitFor()
    expect(await page.evaluate(`window.excelHost.workbook.settings.get('choice')`)).toEqual({ rows: 3 })
    await page.evaluate(`window.excelHost.workbook.settings.set('choice', { rows: 4 })`)
    await pane.locator('#reload').click()
    await pane.locator('#result', { hasText: 'choice is {"rows":4}' }).waitFor()
  })

  test('hides its pane', async () => {
    const pane = await openPreview()
    await pane.locator('#hide').click()
    await page.locator('#pane').waitFor({ state: 'hidden' })
    await page.locator('#open-pane').click()
    await pane.locator('#visibility', { hasText: 'Taskpane' }).waitFor()
  })

  test('hears of what is typed into the sheet, and gets no answer while a cell is being edited', async () => {
    const pane = await openPreview()
    await pane.locator('#watch').click()
    await pane.locator('#result', { hasText: 'watching' }).waitFor()
    await page.locator('#cell-1-1').click()
    await page.keyboard.type('12.5')
    await page.keyboard.press('Enter')
    await pane.locator('#result', { hasText: 'RangeEdited B2 from Unknown to 12.5' }).waitFor()
    await page.keyboard.type('half')
    await pane.locator('#fill').dispatchEvent('click')
    await pane.locator('#result', { hasText: 'InvalidOperationInCellEditMode' }).waitFor()
    await page.keyboard.press('Escape')
    await pane.locator('#fill').click()
    await pane.locator('#result', { hasText: 'filled' }).waitFor()
  })

  test('calls the worksheet functions of the add-in, and shows their values and errors', async () => {
    await openPreview()
    await page.locator('#cell-0-0').click()
    await page.keyboard.type('=SHEETBROKER.SHOUT("hello")')
    await page.keyboard.press('Enter')
    await page.keyboard.type('=SHEETBROKER.REFUSE(A1)')
    await page.keyboard.press('Enter')
    await page.locator('#cell-0-0', { hasText: 'HELLO!' }).waitFor()
    await page.locator('#cell-1-0', { hasText: '#N/A' }).waitFor()
  })

  test('learns the languages of the person and the file, and where the file is now', async () => {
    const pane = await openPreview('?lang=ar-EG&content=fr-FR')
    await page.evaluate(`window.excelHost.workbook.name = 'Renamed.xlsx'`)
    await pane.locator('#ask').click()
    await pane.locator('#result', { hasText: 'ar-EG fr-FR Renamed.xlsx' }).waitFor()
  })

  test.each([
    { error: 5103, code: 'RequestPayloadSizeLimitExceeded' },
    { error: 'InvalidOperationInCellEditMode', code: 'InvalidOperationInCellEditMode' },
  ])('meets the injected error $error', async ({ error, code }) => {
    const pane = await openPreview()
    await page.evaluate(`window.excelHost.injectError({ error: ${JSON.stringify(error)} })`)
    await pane.locator('#fill').click()
    await pane.locator('#result', { hasText: code }).waitFor()
    expect(await cell('A1')).toBeUndefined()
  })
})

describe('the page', () => {
  test('says that it is not Excel and shows the hint', async () => {
    await openPreview()
    expect(await page.locator('.notice').textContent()).toContain('this is not Microsoft Excel')
    expect(await page.locator('#hint code').textContent()).toBe('ABCD-1234')
  })

  test('takes typing, arrows, enter, tab, F2 and delete', async () => {
    await openPreview()
    await page.locator('#cell-1-1').click()
    await page.keyboard.type('12.5')
    await page.keyboard.press('Tab')
    await page.keyboard.type('next')
    await page.keyboard.press('Enter')
    expect([await cell('B2'), await cell('C2')]).toEqual([12.5, 'next'])
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('F2')
    await page.keyboard.type('!')
    await page.keyboard.press('Enter')
    expect(await cell('C2')).toBe('next!')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Delete')
    expect(await cell('B2')).toBeUndefined()
    await page.locator('#cell-address', { hasText: 'B2' }).waitFor()
  })

  test('edits in the formula bar, and escape takes an edit back', async () => {
    await openPreview()
    await page.locator('#formula').fill('=B1+1')
    await page.keyboard.press('Enter')
    expect(await cell('A1')).toBe(1)
    await page.keyboard.type('nothing')
    await page.keyboard.press('Escape')
    expect(await cell('A1')).toBe(1)
    await page.locator('#cell-0-1').click()
    await page.keyboard.type('41')
    await page.keyboard.press('Enter')
    await page.locator('#cell-0-0', { hasText: '42' }).waitFor()
  })

  test('shows filters, comments, borders and errors, and adds sheets', async () => {
    const pane = await openPreview()
    await pane.locator('#fill').click()
    await pane.locator('#result', { hasText: 'filled' }).waitFor()
    await page.evaluate(`(() => {
      const { person } = window.excelHost
      person.filter('Rows', 'Id', ['2', '5'])
      person.comment('B3', 'look here')
      person.type('E3', '=1/0')
    })()`)
    await page.locator('#cell-0-0.is-filtered').waitFor()
    expect(await page.locator('#cell-0-1.is-filtered').count()).toBe(0)
    expect(await page.locator('.row-header.filtered').allTextContents()).toEqual(['3', '6'])
    expect(await page.locator('#cell-2-1.has-comment').getAttribute('title')).toBe('look here')
    expect(await page.locator('#cell-2-4.error').textContent()).toBe('#DIV/0!')
    await page.locator('#new-sheet').click()
    await page.locator('[role=tab][aria-selected=true]', { hasText: 'Sheet2' }).waitFor()
    await page.locator('[role=tab]', { hasText: 'Sheet1' }).click()
    await page.locator('#cell-0-0.is-filtered').waitFor()
  }, 30_000)

  test('lets the task pane be made wider and narrower, down to 320 pixels', async () => {
    await openPreview()
    const width = async (): Promise<number> => (await page.locator('#pane').boundingBox())?.width ?? 0
    const edge = (await page.locator('#pane-edge').boundingBox())!
    await page.mouse.move(edge.x + 3, edge.y + 100)
    await page.mouse.down()
    await page.mouse.move(edge.x - 97, edge.y + 120, { steps: 4 })
    await page.mouse.up()
    expect(await width()).toBeGreaterThan(430)
    await page.locator('#pane-edge').focus()
    for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowRight')
    expect(await width()).toBe(320)
    expect(await page.locator('#pane-edge').getAttribute('aria-valuenow')).toBe('320')
    await page.keyboard.press('ArrowLeft')
    expect(await width()).toBe(340)
  })

  test('tells assistive technology where it is', async () => {
    await openPreview()
    await page.locator('#cell-2-3').click()
    await page.locator('#grid[aria-activedescendant="cell-2-3"]').waitFor()
    const selected = page.getByRole('gridcell', { selected: true })
    expect(await selected.getAttribute('aria-colindex')).toBe('5')
    expect(await page.getByRole('columnheader', { name: 'D', exact: true }).count()).toBe(1)
  })
})

describe('the server', () => {
  test('passes headers untouched, and the first event before the stream ends', async () => {
    await openPreview()
    const first = await page.evaluate(`(async () => {
      const response = await fetch('/events', { headers: { DPoP: 'proof', Authorization: 'DPoP token' } })
      const { value } = await response.body.getReader().read()
      return [response.headers.get('dpop-nonce'), new TextDecoder().decode(value)]
    })()`)
    expect(first).toEqual(['n1', 'data: first\n\n'])
    const { headers } = seen.find((passed) => passed.path === '/events')!
    expect(headers).toMatchObject({ dpop: 'proof', authorization: 'DPoP token', host: new URL(preview.url).host })
  })

  test.each([
    { path: '/preview/web/..%2fserver.ts', status: 404 },
    { path: '/preview/office-js/..%2fpackage.json', status: 404 },
    { path: '/preview/office-js/%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json', status: 404 },
    { path: '/preview/engine/none.ts', status: 404 },
    { path: '/preview/engine/%zz', status: 404 },
    { path: '/preview/engine/host.ts', status: 200 },
  ])('answers $status for $path', async ({ path, status }) => {
    const { hostname, port } = new URL(preview.url)
    // A browser would tidy the path before it asks.
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, path, rejectUnauthorized: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect(answer).toBe(status)
  })

  test('shows the workbook although the broker never answers the question for worksheet functions', async () => {
    const silent = createServer((request, response) => {
      if (request.url !== '/addin/functions.json') response.writeHead(200, { 'content-type': 'text/html' }).end(PANE)
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const alone = await startExcelPreview({ broker: `http://127.0.0.1:${port}` })
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
    await page.goto(alone.url)
    await page.locator('#cell-0-0').waitFor()
    await alone.stop()
    silent.closeAllConnections()
    silent.close()
  })

  test('says so when the broker is away', async () => {
    const alone = await startExcelPreview({ broker: 'http://127.0.0.1:9' })
    page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
    const answer = await page.goto(new URL('/api', alone.url).href)
    expect(answer?.status()).toBe(502)
    await alone.stop()
  })
})
