import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DemoBroker } from '../../../demo/demo-broker.ts'

const timeout = 120_000
const url = 'https://sheetbroker.example.com'
const versionOf = (xml: string): string => /<Version>(.*)<\/Version>/.exec(xml)?.[1] ?? ''

describe('sheetbroker manifest', () => {
  let broker: DemoBroker
  let directory: string
  beforeEach(async () => {
    broker = new DemoBroker()
    directory = await broker.directory()
  })
  afterEach(() => broker.stop())

  async function save(name: string, words: readonly string[]): Promise<string> {
    const file = join(directory, name)
    await writeFile(file, await broker.run(['manifest', ...words]))
    return file
  }

  test('has a higher version whenever the content is another, and the same otherwise', { timeout }, async () => {
    const printed: string[] = []
    const issue = async (...words: string[]) => {
      printed.push(await broker.run(['manifest', ...words]))
      return versionOf(printed.at(-1)!)
    }
    expect(await issue('--url', url)).toBe('0.1.0.0')
    expect(await issue('--url', url)).toBe('0.1.0.0')
    expect(await issue('--url', 'https://other.example.com')).toBe('0.1.0.1')
    // The state database goes on where the file left off.
    await broker.run(['init'])
    expect(await issue('--url', 'https://other.example.com')).toBe('0.1.0.1')
    expect(await issue('--url', url)).toBe('0.1.0.2')
    expect(await issue('--url', url, '--entra-client-id', '11111111-2222-3333-4444-555555555555')).toBe('0.1.0.3')
    expect(printed.at(-1)).toContain('<Resource>api://sheetbroker.example.com/11111111-2222-3333-4444-555555555555<')
    expect(await issue('--url', url)).toBe('0.1.0.4')
    // The running broker gives out the same.
    const address = await broker.start({ SHEETBROKER_PUBLIC_URL: url, SHEETBROKER_EGRESS: 'none' })
    const served = await request(`${address}/manifest.xml`, { headers: { host: 'sheetbroker.example.com' } })
    expect(await served.body.text()).toBe(printed.at(-1))
  })

  test('goes on from a file where nothing else remembers', { timeout }, async () => {
    const first = await save('first.xml', ['--url', url, '--previous', 'manifest.xml'])
    expect(versionOf(await readFile(first, 'utf8'))).toBe('0.1.0.1')
    await writeFile(first, (await readFile(first, 'utf8')).replaceAll('\n', '\r\n'))
    expect(versionOf(await broker.run(['manifest', '--url', url, '--previous', first]))).toBe('0.1.0.1')
    await expect(broker.run(['manifest', '--url', url, '--previous', 'package.json'])).rejects.toThrow('no manifest')
  })

  test('makes the unified form, too, and both pass the check', { timeout }, async () => {
    const xml = await save('a.xml', ['--url', url])
    const json = await save('a.json', ['--url', url, '--unified'])
    const zip = join(directory, 'a.zip')
    await broker.run(['manifest', '--url', url, '--zip', zip])
    for (const file of [xml, json, zip])
      expect(await broker.run(['manifest', 'check', file])).toBe('The manifest is in order.\n')
    const other = join(directory, 'b.zip')
    await broker.run(['manifest', '--url', 'https://other.example.com', '--zip', other, '--previous', zip])
    expect(await broker.run(['manifest', 'check', other])).toBe('The manifest is in order.\n')
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      version: '0.1.0',
      id: expect.any(String) as unknown,
    })
    expect(await broker.run(['manifest', '--url', 'https://other.example.com', '--unified'])).toContain(
      '"version": "0.1.1"',
    )
  })

  test('says where a manifest is wrong, and ends with a code that is no success', { timeout }, async () => {
    const file = await save('bad.xml', ['--url', url])
    const bad = (await readFile(file, 'utf8'))
      .replace('icon-32.png"/>', 'icon-16.png"/>')
      .replace('>ReadWrite', '>Write')
    await writeFile(file, bad)
    await expect(broker.run(['manifest', 'check', file])).rejects.toThrow(
      /bad\.xml:13:3: error: OfficeApp\/…\/IconUrl: .*icon-16\.png has 16 x 16 pixels/,
    )
  })

  test('wants an https address', { timeout }, async () => {
    await expect(broker.run(['manifest', '--url', 'http://localhost:3000'])).rejects.toThrow('https')
    await expect(broker.run(['manifest'])).rejects.toThrow('--url')
  })
})
