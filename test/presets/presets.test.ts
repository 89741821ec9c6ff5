import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseDefinitionFile } from '../../broker/dataset/definition-file.ts'
import type { DefinitionFile } from '../../broker/dataset/definition.ts'
import { sourceDefinition } from '../../broker/dataset/source-definition.ts'
import { BrokerError } from '../../broker/errors/broker-error.ts'
import { silentLog } from '../../broker/kernel/log.ts'
import { systemRandom } from '../../broker/kernel/system.ts'
import { Secret } from '../../broker/kernel/secret.ts'
import { fillPreset } from '../../broker/preset/fill-preset.ts'
import { findPreset, listPresets } from '../../broker/preset/preset.ts'
import type { JsonObject } from '../../broker/source/json.ts'
import { createSourceReader } from '../../broker/source/source-reader.ts'
import { deadlineMs, sealedForTest, thisMachineOnly } from '../broker/source/support/reading.ts'
import type { Upstream } from '../broker/source/support/upstream.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { startVendor } from './start-vendor.ts'
import { client } from './vendor-forms.ts'
import { vendors, type Vendor } from './vendors.ts'

const nothingKnown = { sources: new Set<string>(), datasets: new Map(), users: new Set<string>() }
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyText = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function fill({ preset: name, set = {} }: Pick<Vendor, 'preset' | 'set'>): DefinitionFile {
  const preset = findPreset(name)
  const wantsClient = preset.placeholders.some((placeholder) => placeholder.name === 'clientId')
  const values = new Map(Object.entries({ ...(wantsClient && { clientId: client.id }), ...set }))
  return parseDefinitionFile(fillPreset(preset, values), nothingKnown)
}

/** Reads the vendor's dataset by its preset, of which only the hosts are others. */
async function readAll(vendor: Vendor, upstream: Upstream): Promise<{ records: JsonObject[]; tokenCalls: number }> {
  const file = fill(vendor)
  const dataset = file.datasets[vendor.dataset]!
  const { auth, ...source } = file.sources[dataset.source]!
  const local = (url: string): string => upstream.origin + new URL(url).pathname
  const clock = new ManualClock()
  const secret = new Secret(vendor.isKey ? keyText : client.secret)
  const reader = createSourceReader({
    source: sourceDefinition.parse({
      ...source,
      baseUrl: local(source.baseUrl),
      auth: auth.method === 'static' ? auth : { ...auth, tokenUrl: local(auth.tokenUrl) },
      timeoutSeconds: deadlineMs / 1000,
    }),
    name: dataset.source,
    secrets: () => Promise.resolve([sealedForTest(secret)]),
    addresses: thisMachineOnly,
    clock,
    random: systemRandom,
    log: silentLog,
  })
  onTestFinished(() => reader.stop())
  const records: JsonObject[] = []
  const read = async (): Promise<void> => {
    for await (const page of reader.read(dataset, AbortSignal.timeout(60_000))) records.push(...page.records)
  }
  await clock.drive(read(), deadlineMs)
  return { records, tokenCalls: reader.tokenCalls }
}

describe('every preset', () => {
  const presets = listPresets()

  test.each(presets.map((preset) => ({ name: preset.name, preset })))('$name says what it is', ({ preset }) => {
    expect(preset.title).toMatch(/^[A-Z].*:/)
    expect(preset.documentation.length).toBeGreaterThan(0)
    for (const link of preset.documentation) expect(new URL(link).protocol).toBe('https:')
    const used = new Set([...preset.text.matchAll(/(?<!^# )\{\{(\w+)\}\}/gm)].map(([, name]) => name))
    expect(new Set(preset.placeholders.map(({ name }) => name))).toEqual(used)
  })

  test.each(vendors)('$preset makes a file that apply takes, with limits and keys', ({ preset, ...rest }) => {
    const file = fill({ preset, ...rest })
    expect(Object.keys(file.datasets)).toContain(rest.dataset)
    for (const source of Object.values(file.sources)) expect(Object.keys(source.limits)).not.toEqual([])
    for (const dataset of Object.values(file.datasets)) {
      expect(dataset.key.length).toBe(1)
      expect(dataset.title).toBeDefined()
      expect(Object.keys(file.sources)).toContain(dataset.source)
    }
  })

  test('has a simulated vendor, except the two that are for any', () => {
    const simulated = vendors.map(({ preset }) => preset)
    expect([...simulated, 'client-credentials', 'static-key'].toSorted()).toEqual(presets.map(({ name }) => name))
  })

  test.each([
    {
      preset: 'client-credentials',
      set: { baseUrl: 'https://a.example', tokenUrl: 'https://a.example/t', scope: 'a b' },
    },
    { preset: 'static-key', set: { baseUrl: 'https://a.example' } },
  ])('$preset holds a source and no dataset that would read one page alone', (start) => {
    const file = fill(start)
    expect(Object.keys(file.sources)).toEqual(['api'])
    expect(file.datasets).toEqual({})
  })

  test('names its sources and datasets as no other does, so that two can be applied to one broker', () => {
    const names = vendors.flatMap((vendor) => {
      const { sources, datasets } = fill(vendor)
      return [...Object.keys(sources).map((name) => `source ${name}`), ...Object.keys(datasets)]
    })
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('a preset against its vendor', () => {
  test.each(vendors)('$preset reads all of $dataset', async (vendor) => {
    const upstream = await startVendor(vendor)
    const { records, tokenCalls } = await readAll(vendor, upstream)
    const key = fill(vendor).datasets[vendor.dataset]!.key[0]!
    const expected = Array.from({ length: vendor.count }, (_, index) => vendor.item(index)[key])
    expect(records.map((record) => record[key])).toEqual(expected)
    expect(upstream.requests.length).toBeGreaterThan(tokenCalls + 1)
    // The answer that tells the nonce is one more.
    expect(tokenCalls).toBe(vendor.token === undefined ? 0 : vendor.preset === 'okta' ? 2 : 1)
  })
})

describe('fillPreset', () => {
  const graph = findPreset('microsoft-graph')

  function problemOf(values: Record<string, string>): string {
    try {
      fillPreset(graph, new Map(Object.entries(values)))
    } catch (error) {
      if (error instanceof BrokerError) return error.message
      throw error
    }
    return ''
  }

  test('names everything that is missing, unknown or empty at once', () => {
    const problem = problemOf({ colour: 'red', tenant: ' ' })
    expect(problem.split('\n')).toHaveLength(3)
    expect(problem).toMatch(/clientId is missing.*Application \(client\) id/)
    expect(problem).toContain('colour is no value of microsoft-graph')
    expect(problem).toContain('tenant is empty')
  })

  test.each(["it's: #1", '0123', 'true', '- a', '{{tenant}}', '"', '$&', '*x'])('keeps %j one text', (clientId) => {
    const text = fillPreset(graph, new Map(Object.entries({ tenant: 't', clientId })))
    const { auth } = parseDefinitionFile(text, nothingKnown).sources['microsoft-graph']!
    expect(auth).toMatchObject({ clientId })
  })

  test('refuses a value of several lines, which could add to the file', () => {
    expect(problemOf({ tenant: 't', clientId: 'a\nusers: {}' })).toContain('clientId must be one line')
  })

  test('keeps comments and layout', () => {
    const text = fillPreset(graph, new Map(Object.entries({ tenant: 't', clientId: 'c' })))
    expect(text).toContain('# The app needs application permissions')
    expect(text).not.toContain('{{')
    expect(text.split('\n').length).toBeGreaterThan(graph.text.split('\n').length - 5)
  })
})
