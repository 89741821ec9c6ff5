// The model case of an incremental pull: a vendor's search by day, in which a parameter turns creation dates into dates of change.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { datasetDefinition, type DatasetDefinition } from '../../../broker/dataset/definition.ts'
import { sourceDefinition } from '../../../broker/dataset/source-definition.ts'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { narrowToChanges, planReading } from '../../../broker/pull/reading-plan.ts'
import { createSourceReader, type SourceReader } from '../../../broker/source/source-reader.ts'
import { startSample, type Sample } from '../../../sample/sample.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readTable, SnapshotFolder } from '../snapshot/snapshot-folder.ts'
import { deadlineMs, evenRandom, sealedForTest, thisMachineOnly } from '../source/support/reading.ts'

const dayMs = 86_400_000
const table = { key: ['CandidateRef'] }
const candidates = datasetDefinition.parse({
  source: 'agency',
  request: { path: '/api/v1.0/candidates/search' },
  records: '/Results',
  paging: { type: 'page-number', parameter: 'Page', sizeParameter: 'Page-Size', size: 200 },
  window: { from: 'from-date', to: 'to-date', start: '2023-01-01', cap: 1_000 },
  incremental: { query: { 'use-updated-dates': true }, overlapDays: 1, full: { everyHours: 48 } },
  ...table,
})

let clock: ManualClock
let sample: Sample
let reader: SourceReader
let folder: SnapshotFolder

beforeEach(async () => {
  clock = new ManualClock()
  sample = await startSample({ now: () => clock.nowMs(), candidates: 3_000 })
  folder = await SnapshotFolder.make()
  const { clientId, clientSecret } = sample.basicClient
  reader = createSourceReader({
    source: sourceDefinition.parse({
      baseUrl: sample.url,
      auth: { method: 'client_secret_basic', tokenUrl: sample.tokenUrl, clientId, scope: sample.scopes.join(' ') },
      limits: { perSecond: 10, perMinute: 200, perHour: 3_000 },
      timeoutSeconds: deadlineMs / 1_000,
    }),
    name: 'agency',
    secrets: () => Promise.resolve([sealedForTest(new Secret(clientSecret))]),
    addresses: thisMachineOnly,
    clock,
    random: evenRandom,
    log: silentLog,
  })
})

afterEach(async () => {
  await reader.stop()
  await sample.stop()
  await folder.remove()
})

async function readAll(dataset: DatasetDefinition): Promise<JsonRecord[]> {
  const records: JsonRecord[] = []
  const work = async (): Promise<void> => {
    for await (const page of reader.read(dataset, new AbortController().signal)) records.push(...page.records)
  }
  await clock.drive(work(), deadlineMs)
  return records
}

function currentRows(): Map<string, readonly unknown[]> {
  const snapshot = folder.open()
  try {
    return readTable(snapshot)
  } finally {
    snapshot.close()
  }
}

test('costs a few calls, finds every change, and leaves deletions to the next full one', async () => {
  const startedAtMs = clock.nowMs()
  await folder.pull(await readAll(candidates), table)
  await clock.advance(dayMs)
  const { updated, added, deleted } = await sample.tick({ updated: 40, added: 15, deleted: 6 })
  await clock.advance(dayMs / 2)

  const state = { readFromMs: startedAtMs, fullReadAtMs: startedAtMs }
  const sinceMs = planReading(candidates, state, clock.nowMs()) ?? NaN
  const callsBefore = sample.counts().calls['candidates'] ?? 0
  const changes = await readAll(narrowToChanges(candidates, sinceMs))
  expect((sample.counts().calls['candidates'] ?? 0) - callsBefore).toBeLessThanOrEqual(5)
  const partial = await folder.pull(changes, table, { isPartial: true })
  expect(partial).toMatchObject({ rowsChanged: updated.length + added.length, rowsDeleted: 0, rows: 3_015 })
  const afterPartial = currentRows()

  await clock.advance(dayMs)
  expect(planReading(candidates, state, clock.nowMs())).toBeUndefined()
  const full = await folder.pull(await readAll(candidates), table)
  expect(full).toMatchObject({ rowsChanged: 0, rowsDeleted: deleted.length })
  for (const key of deleted) afterPartial.delete(key)
  expect(currentRows()).toEqual(afterPartial)
})
