// Signing in with an identity provider in a real browser: oidc-provider, the broker, the built pane, the unmodified office.js and MSAL.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startExcelPreview, type ExcelPreview } from '../../excel-host/server.ts'
import type {} from '../../excel-host/web/main.ts'
import { entraIssuers } from '../broker/identity/sign-in/sign-in-broker.ts'
import { BrokerInTest } from '../broker/http/broker-in-test.ts'
import { launchBrowser } from '../support/browser.ts'
import { bridgeNestedApps } from './nested-app-bridge.ts'
import { TestIssuer } from '../support/test-issuer.ts'

const officeJsUrl = '/preview/office-js/office.js'
const addinDirectory = join(import.meta.dirname, '../../dist/addin')
const signInButton = 'sign-in-entra'
const officeHost = 'excel.officeapps.live.com'

let issuer: TestIssuer
let broker: BrokerInTest
let preview: ExcelPreview
let browser: Browser
let context: BrowserContext
let page: Page
let pane: FrameLocator
let complaints: string[]
let timer: NodeJS.Timeout

beforeAll(async () => {
  browser = await launchBrowser({ host: officeHost, blockThirdPartyStorage: true })
})
afterAll(() => browser.close())

beforeEach(async () => {
  // Tokens are made by the machine's time, which goes on while the broker's clock stands.
  issuer = await TestIssuer.start({ isEntra: true })
  await startAll()
  timer = setInterval(() => broker.clock.setWallClock(Date.now()), 250)
  context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } })
})
afterEach(async () => {
  clearInterval(timer)
  await context.close()
  await preview.stop()
  await broker.stop()
  await issuer.stop()
})

async function startAll(more: object = {}): Promise<void> {
  const port = await findFreePort()
  const publicUrl = `https://localhost:${port}`
  const addin = {
    directory: addinDirectory,
    officeJsUrl,
    officeJsDirectory: undefined,
    frameAncestors: [`https://${officeHost}:*`],
  }
  broker = await BrokerInTest.start({ publicUrl, addin, issuers: entraIssuers(issuer, more) })
  broker.clock.setWallClock(Date.now())
  await issuer.serve([`${publicUrl}/sign-in/callback`, 'https://broker.example.com/sign-in/callback'])
  // Absolute, so that the pane is the broker’s also when the page around it is of another site.
  const addinPath = `${publicUrl}/addin/taskpane.html`
  preview = await startExcelPreview({ port, broker: broker.url, addinPath })
}

async function restart(more: object): Promise<void> {
  await preview.stop()
  await broker.stop()
  await startAll(more)
}

/** Opens Excel with the pane; `sets` are requirement sets that it claims or denies. */
async function openPane(
  sets: string,
  prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
  host = 'localhost',
): Promise<void> {
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !/40[13]/.test(message.text())) complaints.push(message.text())
  })
  await prepare(page)
  await page.goto(`${preview.url.replace('localhost', host)}?sets=${sets}`)
  pane = page.frameLocator('#addin')
}

const expectSignedIn = (name = 'Anna A.') => pane.getByTestId('user').filter({ hasText: name }).waitFor()
const usersOf = async (): Promise<string[]> => (await broker.stores.users.list()).map(({ name }) => name)

describe('in an Excel that signs nested apps in', () => {
  const sets = 'nestedappauth:1.1,identityapi:0,dialogapi:0'

  test('nobody is asked anything: MSAL gets a token from Office', async () => {
    const bridge = await bridgeNestedApps(context, async () => [await issuer.accessToken(), await issuer.idToken()])
    await openPane(sets)
    await expectSignedIn()
    expect(bridge.asked).toEqual(['GetToken'])
    expect(await usersOf()).toContain('entra/anna')
    expect(complaints).toEqual([])
  })

  test('a new device is one click where Office wants to ask', async () => {
    const bridge = await bridgeNestedApps(context, async (method) =>
      method === 'GetToken' ? 'USER_INTERACTION_REQUIRED' : [await issuer.accessToken(), await issuer.idToken()],
    )
    await openPane(sets)
    await pane.getByTestId(signInButton).click()
    await expectSignedIn()
    expect(bridge.asked).toEqual(['GetToken', 'GetToken', 'GetTokenPopup'])
  })

  test('who cancels is told so, and can still type a code', async () => {
    await bridgeNestedApps(context, (method) =>
      Promise.resolve(method === 'GetToken' ? 'USER_INTERACTION_REQUIRED' : 'USER_CANCEL'),
    )
    await openPane(sets)
    await pane.getByTestId(signInButton).click()
    await pane.getByText('You closed the sign-in window').waitFor()
    await pane.getByRole('textbox').fill(await broker.invite('ben'))
    await pane.getByTestId('sign-in').click()
    await expectSignedIn('BEN')
  })
})

describe('in an Excel that has tokens of its own', () => {
  const sets = 'dialogapi:0'
  const giveToken = async (one: Page): Promise<void> => {
    const accessToken = await issuer.accessToken()
    await one.addInitScript((token) => {
      window.officeSignIn = { accessToken: token }
    }, accessToken)
  }

  test('nobody is asked anything, and a session that ends is renewed unseen', async () => {
    await openPane(sets, giveToken)
    await expectSignedIn()
    expect(await page.evaluate(() => window.excelHost!.signIn.prompts)).toEqual([{ signIn: false, consent: false }])
    await broker.query(`update sessions set state = 'ended'`)
    await pane.getByTestId('refresh-datasets').or(pane.getByTestId('sign-out')).first().waitFor()
    await page.reload()
    await expectSignedIn()
    expect(await broker.query(`select id from sessions where state = 'active'`)).toHaveLength(1)
  })

  test('whoever signs out stays signed out until they want in again', async () => {
    await openPane(sets, giveToken)
    await expectSignedIn()
    await pane.getByTestId('sign-out').click()
    await pane.getByTestId(signInButton).waitFor()
    await page.reload()
    await pane.getByTestId(signInButton).click()
    await expectSignedIn()
  })

  test('who has no account links it with an invitation, once', async () => {
    await restart({ accounts: 'invitation-only' })
    await openPane(sets, giveToken)
    await pane.getByTestId(signInButton).click()
    await pane.getByText('You are known, but have no account here yet.').waitFor()
    // The code is all that is missing, so typing can begin.
    await pane.locator('[data-testid=invitation]:focus').waitFor()
    await page.keyboard.type((await broker.invite('ben')).toLowerCase())
    await pane.getByTestId('sign-in').click()
    await expectSignedIn('BEN')
    // Another device: nothing to click at all.
    await context.close()
    context = await browser.newContext({ ignoreHTTPSErrors: true })
    await openPane(sets, giveToken)
    await expectSignedIn('BEN')
  })

  test('what does not work in this Excel says so', async () => {
    await openPane('dialogapi:0,nestedappauth:0', async (one) => {
      await one.addInitScript(() => {
        window.officeSignIn = { errorCode: 13_007 }
      })
    })
    await pane.getByTestId(signInButton).click()
    await pane.getByText('This way of signing in does not work in this Excel.').waitFor()
  })
})

describe('in an Excel that only has dialogs', () => {
  const sets = 'identityapi:0'

  test('the provider’s own page signs in, in a window', async () => {
    await openPane(sets)
    await pane.getByTestId(signInButton).click()
    const opened = context.waitForEvent('page')
    // office.js itself asks before it opens a window.
    await pane.getByRole('button', { name: 'Allow' }).click()
    const dialog = await opened
    await expectSignedIn()
    expect(dialog.isClosed()).toBe(true)
    expect(await usersOf()).toContain('entra/anna')
    expect(complaints).toEqual([])
  })

  test('whoever cancels there is told so', async () => {
    issuer.isRefusing = true
    await openPane(sets)
    await pane.getByTestId(signInButton).click()
    await pane.getByRole('button', { name: 'Allow' }).click()
    await pane.getByText('You were not signed in.').waitFor()
    await pane.getByRole('textbox').waitFor()
  })

  test('whoever does not let the window open is told so', async () => {
    await openPane(sets)
    await pane.getByTestId(signInButton).click()
    await pane.getByRole('button', { name: 'Ignore' }).click()
    await pane.getByText('The sign-in window was not allowed to open.').waitFor()
  })

  test('a page of another site that opens the dialog gets nothing from it', async () => {
    const { origin, port } = new URL(preview.url)
    const stranger = await context.newPage()
    await stranger.goto(`https://127.0.0.1:${port}/preview/settings.json`)
    const opened = context.waitForEvent('page')
    await stranger.evaluate(
      ({ broker, challenge }) => {
        const heard: unknown[] = []
        Object.assign(window, { heard })
        window.addEventListener('message', ({ data }) => heard.push(data))
        // All that office.js goes by: the address and the window's name, which whoever opens it chooses.
        const hostInfo = 'Excel$Web$16.01$en-US$x$isDialog$$0'
        const appContext = { _taskpaneUrl: location.origin, _addInSourceUrl: location.origin, _appDomains: [] }
        const address = `${broker}/addin/sign-in.html?issuer=entra&challenge=${challenge}&_host_Info=${hostInfo}`
        window.open(address, JSON.stringify({ hostInfo, appContext, xdmInfo: 'x|y|z', serializerVersion: '1' }))
      },
      { broker: origin, challenge: 'x'.repeat(43) },
    )
    const dialog = await opened
    await dialog.waitForURL(/signed-in\.html#code=/)
    await dialog.getByText('was begun elsewhere').waitFor()
    expect(await stranger.evaluate(() => Reflect.get(window, 'heard') as unknown)).toEqual([])
  })

  test('the last page in a plain browser says what to do', async () => {
    const plain = await context.newPage()
    await plain.goto(`${new URL(preview.url).origin}/addin/signed-in.html#problem=issuer-unreachable`)
    await plain.getByText('The sign-in service cannot be reached right now.').waitFor()
  })
})

describe('where Excel is of another site than the broker', () => {
  /** Office with the account that `giveToken` gives it. */
  const office = async (one: Page): Promise<void> => {
    const accessToken = await issuer.accessToken()
    await one.addInitScript((token) => {
      window.officeSignIn = { accessToken: token }
    }, accessToken)
  }
  /** The browser lets nothing be kept in frames of another site. */
  const refuseStorage = async (one: Page): Promise<void> => {
    await one.addInitScript(() => {
      if (window === window.top) return
      const deny = { get: () => { throw new DOMException('Access is denied.', 'SecurityError') } } // prettier-ignore
      for (const name of ['indexedDB', 'localStorage', 'sessionStorage']) Object.defineProperty(window, name, deny)
    })
  }

  test('with third-party cookies blocked, a session is kept: the next pane asks nothing', async () => {
    await openPane('identityapi:0,dialogapi:0', undefined, officeHost)
    await pane.getByRole('textbox').fill(await broker.invite('ben'))
    await pane.getByTestId('sign-in').click()
    await expectSignedIn('BEN')
    expect(await pane.getByText('you will be asked to sign in again next time').count()).toBe(0)
    await page.reload()
    await expectSignedIn('BEN')
    expect(await broker.query('select kind from sessions')).toEqual([{ kind: 'kept' }])
  })

  test('with all storage refused, signing in works, and the pane says that it will ask again', async () => {
    await openPane('identityapi:0,dialogapi:0', refuseStorage, officeHost)
    await pane.getByRole('textbox').fill(await broker.invite('ben'))
    await pane.getByTestId('sign-in').click()
    await expectSignedIn('BEN')
    await pane.getByText('you will be asked to sign in again next time').waitFor()
    expect(await broker.query('select kind from sessions')).toEqual([{ kind: 'temporary' }])
    await page.reload()
    await pane.getByRole('textbox').waitFor()
  })

  test.each([
    { name: 'Office', sets: 'dialogapi:0', isNested: false },
    { name: 'nested app authentication', sets: 'nestedappauth:1.1,identityapi:0,dialogapi:0', isNested: true },
  ])('with all storage refused, $name still asks nobody anything', async ({ sets, isNested }) => {
    if (isNested) await bridgeNestedApps(context, async () => [await issuer.accessToken(), await issuer.idToken()])
    const prepare = async (one: Page): Promise<void> => {
      await refuseStorage(one)
      await office(one)
    }
    await openPane(sets, prepare, officeHost)
    await expectSignedIn()
    expect(await pane.getByText('you will be asked to sign in again next time').count()).toBe(0)
  })

  test('the dialog works with third-party cookies blocked', async () => {
    await openPane('identityapi:0', undefined, officeHost)
    await pane.getByTestId(signInButton).click()
    await pane.getByRole('button', { name: 'Allow' }).click()
    await expectSignedIn()
  })
})

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
