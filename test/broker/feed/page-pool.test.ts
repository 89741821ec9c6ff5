import { once } from 'node:events'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PagePool } from '../../../broker/feed/page-pool.ts'
import type { EncodedPage, PageJob } from '../../../broker/feed/page-job.ts'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { Log } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { dataKey, SnapshotFolder } from '../snapshot/snapshot-folder.ts'

let folder: SnapshotFolder
let pool: PagePool
const events: string[] = []
const note = (event: string): void => {
  events.push(event)
}
const log: Log = { error: note, warn: note, info: note }

beforeEach(async () => {
  events.length = 0
  folder = await SnapshotFolder.make()
  pool = makePool(2)
})

afterEach(async () => {
  await pool.stop()
  await folder.remove()
})

function makePool(threads: number): PagePool {
  const key = new Secret(Buffer.from(dataKey).toString('base64url'))
  return new PagePool({ dataKey: key, log, settings: { threads, heapMegabytes: 1_024 } })
}

const records = (count: number, text = ''): JsonRecord[] =>
  Array.from({ length: count }, (_, index) => ({ Id: index + 1, Text: `${text}${index}` }))

const wholeTable = { columns: undefined, filter: undefined, orderBy: undefined, top: undefined, nowMs: undefined }

function job(file = folder.file!, limit = 1_000): PageJob {
  return {
    path: join(folder.path, file),
    request: {
      revision: folder.revision,
      since: null,
      comparison: undefined,
      choice: wholeTable,
      limit,
      from: undefined,
    },
    columns: undefined,
    earlierPath: undefined,
    formats: {},
    dataset: 'people',
    pulledAt: '2026-01-31T00:00:00.000Z',
  }
}

const parse = (page: EncodedPage) =>
  JSON.parse(`${Buffer.from(page.bytes).toString()}null}`) as { rows: unknown[]; keys: string[] }

describe('a page pool', () => {
  test('reads many pages at once, each its own', async () => {
    await folder.pull(records(300))
    const pages = await Promise.all(Array.from({ length: 100 }, (_, index) => pool.read(job(undefined, index + 1))))
    expect(pages.map((page) => parse(page).rows.length)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  test('leaves the event loop free while it reads', async () => {
    await folder.pull(records(20_000, 'x'.repeat(300)))
    await pool.read(job())
    let isDone = false
    let turns = 0
    const count = (): void => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await Promise.all(Array.from({ length: 20 }, () => pool.read(job(undefined, 10_000))))
    isDone = true
    // Twenty pages of 2 MiB; encoding them here would allow one turn a page.
    expect(turns).toBeGreaterThan(200)
  })

  test('fails what a dying thread was at, replaces it, and goes on with what waits', async () => {
    await folder.pull(records(20_000, 'x'.repeat(300)))
    const single = makePool(1)
    const thread = once(process, 'worker') as Promise<[Worker]>
    try {
      const reads = Array.from({ length: 3 }, () => single.read(job(undefined, 10_000)))
      const [worker] = await thread
      await reads[0]
      const dead = worker.terminate()
      const outcomes = await Promise.allSettled(reads)
      await dead
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({ reason: { code: 'internal' } })
      expect(events).toEqual(['page thread ended'])
    } finally {
      await single.stop()
    }
  })

  test('says internal for a file that it cannot read, and keeps its thread', async () => {
    await folder.pull(records(5))
    await expect(pool.read(job('people/none.db'))).rejects.toMatchObject({ code: 'internal' })
    expect(parse(await pool.read(job())).keys).toEqual(['1', '2', '3', '4', '5'])
    expect(events).toEqual([])
  })

  test('says cursor-expired for a later page of a snapshot that was removed', async () => {
    await folder.pull(records(5))
    const later = job('people/none.db')
    const request = { ...later.request, from: { afterKey: '', afterLeft: 0, afterRow: 3 } }
    await expect(pool.read({ ...later, request })).rejects.toMatchObject({ code: 'cursor-expired' })
  })

  test('forgets a page whose reader went away before its turn', async () => {
    await folder.pull(records(5))
    const single = makePool(1)
    try {
      const gone = new AbortController()
      const first = single.read(job())
      const second = single.read(job(), gone.signal)
      gone.abort(new Error('gone'))
      await expect(second).rejects.toThrow('gone')
      expect(parse(await first).rows).toHaveLength(5)
      await expect(single.read(job(), gone.signal)).rejects.toThrow('gone')
    } finally {
      await single.stop()
    }
  })

  test('takes no more than it can hope to serve, and says when to come again', async () => {
    await folder.pull(records(5))
    const outcomes = await Promise.allSettled(Array.from({ length: 600 }, () => pool.read(job())))
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(600 - 500 - 2)
    expect(refused[0]).toMatchObject({ reason: { code: 'rate-limited', retryAfterMs: 1_000 } })
  })

  test('fails what is waited for when it stops', async () => {
    await folder.pull(records(5))
    const reads = Promise.allSettled(Array.from({ length: 10 }, () => pool.read(job())))
    await pool.stop()
    expect((await reads).map(({ status }) => status)).toEqual(Array<string>(10).fill('rejected'))
    await expect(pool.read(job())).rejects.toMatchObject({ code: 'internal' })
  })
})
