// Against the sample source with all its limits: a certified OAuth server, and an API that behaves like a vendor's.
import { describe, expect, onTestFinished, test } from 'vitest'
import { datasetDefinition } from '../../../broker/dataset/definition.ts'
import { sourceDefinition } from '../../../broker/dataset/source-definition.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { createSourceReader } from '../../../broker/source/source-reader.ts'
import { startSample, type SampleOptions } from '../../../sample/sample.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { deadlineMs, evenRandom, problemOf, thisMachineOnly, sealedForTest } from './support/reading.ts'

const candidates = datasetDefinition.parse({
  source: 'agency',
  request: { path: '/api/v1.0/candidates/search' },
  records: '/Results',
  paging: { type: 'page-number', parameter: 'Page', sizeParameter: 'Page-Size', size: 200 },
  window: { from: 'from-date', to: 'to-date', start: '2023-01-01', cap: 1_000 },
})

async function startAgency(options: SampleOptions = {}) {
  const clock = new ManualClock()
  const sample = await startSample({ now: () => clock.nowMs(), ...options })
  const { clientId, clientSecret } = sample.basicClient
  const secret = { current: clientSecret }
  const reader = createSourceReader({
    source: sourceDefinition.parse({
      baseUrl: sample.url,
      auth: { method: 'client_secret_basic', tokenUrl: sample.tokenUrl, clientId, scope: sample.scopes.join(' ') },
      limits: { perSecond: 10, perMinute: 200, perHour: 3_000 },
      timeoutSeconds: deadlineMs / 1000,
    }),
    name: 'agency',
    secrets: () => Promise.resolve([sealedForTest(new Secret(secret.current))]),
    addresses: thisMachineOnly,
    clock,
    random: evenRandom,
    log: silentLog,
  })
  onTestFinished(async () => {
    await reader.stop()
    await sample.stop()
  })
  const readRefs = async (): Promise<Set<unknown>> => {
    const refs: unknown[] = []
    const work = async (): Promise<void> => {
      for await (const page of reader.read(candidates, new AbortController().signal)) {
        refs.push(...page.records.map((record) => record['CandidateRef']))
      }
    }
    await clock.drive(work(), deadlineMs)
    expect(new Set(refs).size).toBe(refs.length)
    return new Set(refs)
  }
  return { clock, sample, reader, readRefs, secret }
}

describe('the sample agency', () => {
  test('12,000 candidates cost at most 95 calls and one token, and meet no limit', async () => {
    const { sample, readRefs, reader } = await startAgency()
    expect((await readRefs()).size).toBe(12_000)
    const counts = sample.counts()
    expect(counts.calls['candidates']).toBeLessThanOrEqual(95)
    expect(counts).toMatchObject({ rateLimited: 0, unauthorized: 0, tokenCalls: 1 })
    expect(reader.tokenCalls).toBe(1)
  })

  test('a cap that holds for one call only is noticed, and costs no splitting', async () => {
    const { sample, readRefs } = await startAgency({ capPerCall: true })
    expect((await readRefs()).size).toBe(12_000)
    expect(sample.counts().calls['candidates']).toBeLessThanOrEqual(64)
  })

  test('a read that lives through many token lives, at a limited token endpoint, completes', async () => {
    const { clock, sample, readRefs } = await startAgency({ tokenSeconds: 5, candidates: 40_000 })
    expect((await readRefs()).size).toBe(40_000)
    expect(clock.monotonicMs()).toBeGreaterThan(60_000)
    expect(sample.counts().tokenCalls).toBeGreaterThan(5)
    expect(sample.counts().unauthorized).toBe(0)
  })

  test.each([
    { kind: 'unauthorized' },
    { kind: 'rate-limited' },
    { kind: 'server-error' },
    { kind: 'cut-body' },
    { kind: 'token-error' },
    { kind: 'token-rate-limited' },
    { kind: 'token-no-expiry' },
  ] as const)('$kind in between leaves no trace in the result', async ({ kind }) => {
    const { sample, readRefs } = await startAgency({ candidates: 2_500 })
    sample.misbehave({ kind, skip: kind.startsWith('token') ? 0 : 4, times: 1 })
    expect((await readRefs()).size).toBe(2_500)
  })

  test.each([
    { kind: 'repeated-page', code: 'source-loop' },
    { kind: 'not-json', code: 'source-malformed' },
    { kind: 'token-refused', code: 'source-credentials' },
  ] as const)('$kind ends the read as $code', async ({ kind, code }) => {
    const { sample, readRefs } = await startAgency({ candidates: 2_500 })
    sample.misbehave({ kind, skip: kind === 'token-refused' ? 0 : 6, times: 1 })
    expect(await problemOf(readRefs())).toMatchObject({ code })
  })

  test('a day over the cap ends the read', async () => {
    const { readRefs } = await startAgency({ candidates: 2_500, crowdedDay: { date: '2026-01-05', records: 1_100 } })
    const problem = await problemOf(readRefs())
    expect(problem.code).toBe('window-over-cap')
    expect(problem.message).toContain('2026-01-05')
  })

  test('a replaced secret is taken without a restart', async () => {
    const { clock, sample, readRefs, secret } = await startAgency({ candidates: 500 })
    sample.replaceSecret(sample.basicClient.clientId, 'the new one')
    expect(await problemOf(readRefs())).toMatchObject({ code: 'source-credentials' })
    secret.current = 'the new one'
    expect((await readRefs()).size).toBe(500)
    expect(clock.monotonicMs()).toBeLessThan(60_000)
  })
})
