// A page thread: opens snapshot files, reads and encodes pages and answers figures, one job after the other.
import { existsSync } from 'node:fs'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'
import { sqlFunctions } from '../query/filter/sql-functions.ts'
import { openSnapshot, type SnapshotReader } from '../snapshot/snapshot-reader.ts'
import { answerFigures } from './figures/answer-figures.ts'
import type { FigureJob, FigureResult } from './figures/figure-job.ts'
import { encodePage } from './page-encoder.ts'
import type {
  EncodedPage,
  PageAnswerMessage,
  PageFailure,
  PageJob,
  PageJobMessage,
  PageWorkerData,
} from './page-job.ts'

/** An open file keeps its disk space after it was removed, so only a few stay open. */
const mostOpenSnapshots = 8

const startAgain = 'Read again from the start, without a cursor.'

function serve(port: MessagePort, { dataKey }: PageWorkerData): void {
  const key = new Secret(dataKey)
  const snapshots = new LRUCache<string, SnapshotReader>({
    max: mostOpenSnapshots,
    dispose: (snapshot) => snapshot.close(),
  })
  const findSnapshot = (path: string): SnapshotReader | undefined => {
    const open = snapshots.get(path)
    if (open) return open
    if (!existsSync(path)) return undefined
    const snapshot = openSnapshot(path, key, sqlFunctions)
    snapshots.set(path, snapshot)
    return snapshot
  }
  const makePage = (job: PageJob): EncodedPage => {
    const snapshot = findSnapshot(job.path)
    // A read that takes longer than snapshots are kept.
    if (!snapshot && job.request.from) throw new BrokerError('cursor-expired', startAgain)
    if (!snapshot) throw new Error('The snapshot file is missing.')
    return encodePage(snapshot, job, () => {
      const earlier = job.earlierPath === undefined ? undefined : findSnapshot(job.earlierPath)
      if (earlier) return earlier
      throw job.request.from
        ? new BrokerError('cursor-expired', startAgain)
        : new BrokerError('revision-unknown', 'That revision is no longer kept. Read everything: leave out `since`.')
    })
  }
  const makeFigures = (job: FigureJob): readonly FigureResult[] => {
    const snapshot = findSnapshot(job.path)
    if (!snapshot) throw new Error('The snapshot file is missing.')
    return answerFigures(snapshot, job)
  }
  port.on('message', (message: PageJobMessage) => {
    const { id } = message
    try {
      if ('figures' in message) {
        port.postMessage({ id, figures: makeFigures(message.figures) } satisfies PageAnswerMessage)
        return
      }
      const page = makePage(message.job)
      port.postMessage({ id, page } satisfies PageAnswerMessage, [page.bytes.buffer])
    } catch (error) {
      port.postMessage({ id, failure: toFailure(error) } satisfies PageAnswerMessage)
    }
  })
}

/** Errors lose their class between threads, so they go as what they say. */
function toFailure(error: unknown): PageFailure {
  if (error instanceof BrokerError)
    return { code: error.code, message: error.message, details: error.details, cause: undefined }
  const cause = error instanceof Error ? (error.stack ?? error.message) : 'unknown'
  return { code: 'internal', message: 'The snapshot could not be read.', details: [], cause }
}

if (parentPort) serve(parentPort, workerData as PageWorkerData)
