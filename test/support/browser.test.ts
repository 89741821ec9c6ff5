import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'

let server: Server
let port: number

const FRAME = `<script>
  document.cookie = 'mine=1; SameSite=None; Secure'
  document.title = document.cookie + '|' + localStorage.getItem('first')
  parent.postMessage(document.title, '*')
</script>`

beforeAll(async () => {
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' })
  server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    response.setHeader('content-type', 'text/html')
    if (request.url === '/frame') response.end(FRAME)
    else if (request.url !== '/top') response.end('<script>localStorage.setItem("first", "seen")</script>')
    else {
      const listen = `addEventListener('message', (event) => { document.title = 'frame:' + event.data })`
      response.end(`<script>${listen}</script><iframe src="https://127.0.0.1:${port}/frame"></iframe>`)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  { blockThirdPartyStorage: false, cookie: 'mine=1' },
  { blockThirdPartyStorage: true, cookie: '' },
])('a cross-site frame has its own storage, and with $blockThirdPartyStorage the cookie "$cookie"', async (variant) => {
  const browser = await launchBrowser({ blockThirdPartyStorage: variant.blockThirdPartyStorage })
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
    await page.goto(`https://127.0.0.1:${port}/`)
    await page.goto(`https://localhost:${port}/top`)
    await page.waitForFunction(`document.title.startsWith('frame:')`)
    expect(await page.title()).toBe(`frame:${variant.cookie}|null`)
  } finally {
    await browser.close()
  }
})
