// What people and Office get without signing in: the broker's own pages, the manifest, and a copy of office.js.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { request } from 'undici'
import { useBroker } from './broker-in-test.ts'

const folder = await mkdtemp(join(tmpdir(), 'sheetbroker-office-js-'))
await mkdir(join(folder, 'de-de'))
await writeFile(join(folder, 'office.js'), 'let office')
await writeFile(join(folder, 'de-de', 'office_strings.js'), 'let strings')
await writeFile(join(folder, 'office.d.ts'), 'declare const office: unknown')
afterAll(() => rm(folder, { recursive: true }))

async function get(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers })
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}

describe('the broker’s own pages', () => {
  const context = useBroker()

  test('say what this is and whether it is ready, in a style that their policy lets through', async () => {
    const page = await get(`${context.broker.url}/`)
    expect(page.text).toContain('ready to serve')
    for (const link of ['/deploy', '/manifest.xml', '/manifest.zip', '/openapi.json', '/readyz']) {
      expect(page.text).toContain(`href="${link}"`)
      expect([200, 503]).toContain((await get(context.broker.url + link)).status)
    }
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none';style-src 'sha256-[\w+/]{43}=';/)
  })

  test('offer the package as a file to save', async () => {
    const { headers } = await get(`${context.broker.url}/manifest.zip`)
    expect(headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="sheetbroker.zip"',
    })
  })

  test('guide IT, with this broker’s own addresses', async () => {
    const { text, status } = await get(`${context.broker.url}/deploy`)
    expect(status).toBe(200)
    const { hostname, port } = new URL(context.broker.url)
    for (const part of [
      `<td><code>${hostname}</code></td><td>${port}, TCP</td>`,
      'office.example.com',
      'https://*.office.example.com',
      'admin.microsoft.com',
    ])
      expect(text).toContain(part)
    const isSecure = context.broker.url.startsWith('https:')
    expect(text.includes('Not ready to deploy')).toBe(!isSecure)
    expect(text.includes('href="/manifest.xml"')).toBe(isSecure)
  })
})

describe('a copy of office.js', () => {
  const context = useBroker({
    addin: {
      directory: '/nonexistent',
      officeJsUrl: '/addin/office-js/office.js',
      officeJsDirectory: folder,
      frameAncestors: [],
    },
  })
  const at = (path: string) => `${context.broker.url}/addin/office-js/${path}`

  test('is served, folders included, and asked about again after an hour', async () => {
    const file = await get(at('office.js'))
    expect([file.status, file.text]).toEqual([200, 'let office'])
    expect(file.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
      'content-length': '10',
    })
    expect((await get(at('de-de/office_strings.js'))).text).toBe('let strings')
    const again = await get(at('office.js'), { 'if-none-match': String(file.headers['etag']) })
    expect([again.status, again.text]).toEqual([304, ''])
    const head = await request(at('office.js'), { method: 'HEAD' })
    expect([head.statusCode, head.headers['content-length'], await head.body.text()]).toEqual([200, '10', ''])
  })

  test.each(['office.d.ts', 'other.js', 'de-de', '..%2fother.js', '../office-js/../office.js', ''])(
    'has no %s',
    async (path) => {
      expect((await get(at(path))).status).toBe(404)
    },
  )
})
