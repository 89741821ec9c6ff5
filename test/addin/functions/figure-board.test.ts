import { beforeEach, describe, expect, test } from 'vitest'
import { FigureBoard } from '../../../addin/functions/figure-board.ts'
import type { Shown } from '../../../addin/functions/figure-entry.ts'
import type {
  DatasetSummary,
  FigureAnswer,
  FigureQuestion,
  FiguresBody,
  FiguresRequest,
  PullBody,
} from '../../../broker/http/contract.ts'
import { ClientError } from '../../../client/client-error.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const gatherMs = 50

interface Call {
  readonly request: FiguresRequest
  readonly signal: AbortSignal | undefined
  readonly answer: (body: FiguresBody) => void
  readonly fail: (error: unknown) => void
}

/** A broker whose answers the test gives, one by one. */
class ScriptedBroker {
  readonly calls: Call[] = []
  readonly pulls: string[] = []
  looks = 0
  revision = 1
  pulledAt = '2026-01-31T12:00:00.000Z'
  /** Whether figures are answered at once, with the question and the revision. */
  isQuick = true

  figures(request: FiguresRequest, signal?: AbortSignal): Promise<FiguresBody> {
    return new Promise((resolve, reject) => {
      this.calls.push({ request, signal, answer: resolve, fail: reject })
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      if (this.isQuick) resolve(this.bodyFor(request))
    })
  }

  bodyFor({ questions, known = {} }: FiguresRequest, revision = this.revision): FiguresBody {
    const names = [...new Set(questions.map(({ dataset }) => dataset))]
    return {
      datasets: names.map((dataset) => ({
        dataset,
        name: dataset.toLowerCase(),
        revision,
        pulledAt: this.pulledAt,
        tag: `${dataset}-${revision}`,
      })),
      answers: questions.map((question): FigureAnswer => {
        if (question.kind === 'refreshed') return { value: this.pulledAt, type: 'datetime' }
        if (known[question.dataset] === `${question.dataset}-${revision}`) return { unchanged: true }
        return { value: `${JSON.stringify(question)} at ${revision}`, type: 'text' }
      }),
    }
  }

  datasets(): Promise<readonly DatasetSummary[]> {
    this.looks += 1
    const { revision, pulledAt } = this
    return Promise.resolve([{ name: 'people', revision, pulledAt } as DatasetSummary])
  }

  requestPull(name: string): Promise<PullBody> {
    this.pulls.push(name)
    return Promise.resolve({ id: name, state: 'queued', revision: null, problem: null } as PullBody)
  }

  async *followPull(id: string): AsyncGenerator<PullBody, void, undefined> {
    await Promise.resolve()
    yield { id, state: 'running', revision: null, problem: null } as PullBody
    yield { id, state: 'completed', revision: this.revision, problem: null } as PullBody
  }
}

let clock: ManualClock
let broker: ScriptedBroker
let board: FigureBoard

beforeEach(() => {
  clock = new ManualClock()
  broker = new ScriptedBroker()
  board = new FigureBoard({ client: broker, clock, workbook: { daysLater: 0 } })
})

const value = (key: number, dataset = 'people'): FigureQuestion => ({
  kind: 'value',
  dataset,
  key: [key],
  column: 'Name',
})
const shownFor = (question: FigureQuestion, revision = 1) => `${JSON.stringify(question)} at ${revision}`

/** One cell: everything that it showed, in order. */
class Cell {
  readonly shown: unknown[] = []
  readonly stop: () => void

  constructor(question: FigureQuestion) {
    this.stop = board.watch(question, (shown: Shown) => {
      this.shown.push('figure' in shown ? shown.figure.value : shown.failure.code)
    })
  }

  get last(): unknown {
    return this.shown.at(-1)
  }
}

/** Lets happen what needs no time. */
const tick = () => new Promise((resolve) => setImmediate(resolve))

async function settle(): Promise<void> {
  await tick()
  await clock.advance(gatherMs)
  await tick()
}

describe('cells', () => {
  test('that ask together are one request, and each question is asked once', async () => {
    const cells = Array.from({ length: 300 }, (_, index) => new Cell(value(index % 100)))
    expect(broker.calls).toHaveLength(0)
    await settle()
    expect(broker.calls).toHaveLength(1)
    expect(broker.calls[0]!.request.questions).toHaveLength(100)
    for (const [index, { shown }] of cells.entries()) expect(shown).toEqual([shownFor(value(index % 100))])
  })

  test('that ask what others show need no request, but are told', async () => {
    new Cell(value(1))
    await settle()
    const later = new Cell(value(1))
    expect(later.shown).toEqual([])
    await tick()
    expect(later.shown).toEqual([shownFor(value(1))])
    expect(broker.calls).toHaveLength(1)
  })

  test('that go on coming are waited for, but not for ever', async () => {
    for (let key = 0; key < 40; key += 1) {
      new Cell(value(key))
      await clock.advance(10)
    }
    await settle()
    expect(broker.calls.map(({ request }) => request.questions.length)).toEqual([33, 7])
  })

  test('beyond what a request takes come in several', async () => {
    for (let key = 0; key < 10_001; key += 1) new Cell(value(key))
    for (let index = 0; index < 60; index += 1) new Cell(value(1, `dataset ${index}`))
    await settle()
    const sizes = broker.calls.map(({ request }) => request.questions.length)
    expect(sizes).toEqual([10_000, 50, 11])
  })

  test('that are gone before the request is sent are not asked for', async () => {
    const [gone, stays] = [new Cell(value(1)), new Cell(value(2))]
    gone.stop()
    await settle()
    expect(broker.calls.map(({ request }) => request.questions)).toEqual([[value(2)]])
    expect([gone.shown, stays.shown]).toEqual([[], [shownFor(value(2))]])
  })

  test('abort their request when all are gone, and only then', async () => {
    broker.isQuick = false
    const cells = [new Cell(value(1)), new Cell(value(2))]
    await settle()
    const { signal } = broker.calls[0]!
    cells[0]!.stop()
    expect(signal!.aborted).toBe(false)
    cells[1]!.stop()
    expect(signal!.aborted).toBe(true)
    broker.isQuick = true
    const again = new Cell(value(1))
    await settle()
    expect(again.shown).toEqual([shownFor(value(1))])
    expect(cells.flatMap(({ shown }) => shown)).toEqual([])
  })

  test('ask again for what the broker deferred', async () => {
    broker.isQuick = false
    const cells = [new Cell(value(1)), new Cell(value(2))]
    await settle()
    const { request, answer } = broker.calls[0]!
    const body = broker.bodyFor(request)
    const problem = { code: 'figure-deferred', detail: '', retryable: true }
    answer({ ...body, answers: [{ problem }, body.answers[1]!] })
    await tick()
    expect(cells.map(({ shown }) => shown)).toEqual([[], [shownFor(value(2))]])
    broker.isQuick = true
    await settle()
    expect(cells[0]!.shown).toEqual([shownFor(value(1))])
    expect(broker.calls[1]!.request.questions).toEqual([value(1)])
  })
})

describe('a newer revision', () => {
  test('that a refresh brings reaches every cell of the dataset, in one request', async () => {
    const cells = [1, 2, 3].map((key) => new Cell(value(key)))
    const other = new Cell(value(1, 'jobs'))
    await settle()
    broker.revision = 2
    board.notice('people', 2)
    await settle()
    expect(broker.calls).toHaveLength(2)
    expect(cells.map(({ last }) => last)).toEqual([1, 2, 3].map((key) => shownFor(value(key), 2)))
    expect(other.shown).toEqual([shownFor(value(1, 'jobs'))])
    board.notice('people', 2)
    await settle()
    expect(broker.calls).toHaveLength(2)
  })

  test('that one answer shows makes the other cells of the dataset ask', async () => {
    const old = new Cell(value(1))
    await settle()
    broker.revision = 2
    const fresh = new Cell(value(2))
    await settle()
    expect(fresh.shown).toEqual([shownFor(value(2), 2)])
    await settle()
    expect(old.shown).toEqual([shownFor(value(1)), shownFor(value(1), 2)])
  })

  test('is looked for while cells show figures, and no longer', async () => {
    const cell = new Cell(value(1))
    await settle()
    await clock.advance(300_000)
    expect([broker.looks, broker.calls.length]).toEqual([1, 1])
    broker.revision = 2
    await clock.advance(300_000 + gatherMs)
    expect([broker.looks, cell.last]).toEqual([2, shownFor(value(1), 2)])
    cell.stop()
    await clock.advance(1_000_000)
    expect(broker.looks).toBe(2)
  })

  test('is told to those whose dataset was only pulled again, by REFRESHED alone', async () => {
    const [refreshed, figure] = [new Cell({ kind: 'refreshed', dataset: 'people' }), new Cell(value(1))]
    await settle()
    broker.pulledAt = '2026-01-31T13:00:00.000Z'
    board.notice('people', 1, broker.pulledAt)
    await settle()
    expect(refreshed.shown).toEqual(['2026-01-31T12:00:00.000Z', broker.pulledAt])
    expect(figure.shown).toHaveLength(1)
    expect(broker.calls[1]!.request.questions).toEqual([{ kind: 'refreshed', dataset: 'people' }])
  })

  test('is not taken back by an answer that was under way before', async () => {
    broker.isQuick = false
    const slow = new Cell(value(1))
    await settle()
    const quick = new Cell(value(2))
    await settle()
    const [first, second] = broker.calls
    second!.answer(broker.bodyFor(second!.request, 2))
    await tick()
    expect(quick.last).toBe(shownFor(value(2), 2))
    first!.answer(broker.bodyFor(first!.request, 1))
    broker.isQuick = true
    broker.revision = 2
    await settle()
    expect(slow.shown).toEqual([shownFor(value(1), 2)])
    expect(quick.shown).toHaveLength(1)
  })

  test('that is noticed while cells are asking makes them ask again only when the answer was too early', async () => {
    broker.isQuick = false
    const cell = new Cell(value(1))
    await settle()
    board.notice('people', 1, broker.pulledAt)
    board.notice('people', 2, '2026-01-31T13:00:00.000Z')
    await settle()
    expect(broker.calls).toHaveLength(1)
    broker.calls[0]!.answer(broker.bodyFor(broker.calls[0]!.request, 1))
    ;[broker.isQuick, broker.revision, broker.pulledAt] = [true, 2, '2026-01-31T13:00:00.000Z']
    await settle()
    expect(cell.last).toBe(shownFor(value(1), 2))
    board.notice('people', 2, broker.pulledAt)
    await settle()
    expect(broker.calls).toHaveLength(2)
  })

  test('may be an older one where the broker was set back', async () => {
    broker.revision = 9
    const old = new Cell(value(1))
    await settle()
    broker.revision = 3
    const fresh = new Cell(value(2))
    await settle()
    await settle()
    expect([old.last, fresh.last]).toEqual([shownFor(value(1), 3), shownFor(value(2), 3)])
    expect(broker.calls.length).toBeLessThan(5)
  })

  test('reaches cells that name the dataset by its title', async () => {
    const cell = new Cell(value(1, 'People'))
    await settle()
    broker.revision = 2
    board.notice('people', 2)
    await settle()
    expect(cell.last).toBe(shownFor(value(1, 'People'), 2))
    await board.refresh(new Set())
    expect(broker.pulls).toEqual(['people'])
  })

  test('comes with a refresh of datasets that no table is linked to', async () => {
    const [cell, linked] = [new Cell(value(1)), new Cell(value(1, 'jobs'))]
    await settle()
    broker.revision = 2
    await board.refresh(new Set(['jobs']))
    await settle()
    expect(broker.pulls).toEqual(['people'])
    expect(cell.last).toBe(shownFor(value(1), 2))
    expect(linked.shown).toHaveLength(1)
  })

  test('need not bring other values: then cells are left alone', async () => {
    const cell = new Cell(value(1))
    await settle()
    broker.isQuick = false
    board.notice('people', 2)
    await settle()
    const { request, answer } = broker.calls[1]!
    answer({ ...broker.bodyFor(request, 2), answers: [{ value: shownFor(value(1)), type: 'text' }] })
    await tick()
    expect(cell.shown).toHaveLength(1)
  })
})

describe('without an answer', () => {
  const offline = () => new ClientError('offline', 'The broker cannot be reached.')
  const problem = (code: string, retryable = false) => {
    const body = { type: `/problems/${code}`, title: '', status: 401, detail: '', code, retryable }
    return new ClientError('problem', '', { problem: body })
  }

  async function failNext(error: unknown): Promise<void> {
    broker.isQuick = false
    await settle()
    broker.calls.at(-1)!.fail(error)
    broker.isQuick = true
    await tick()
  }

  test('for want of a network cells say so, and fill themselves as soon as they can', async () => {
    const cell = new Cell(value(1))
    await failNext(offline())
    expect(cell.shown).toEqual(['unreachable'])
    broker.isQuick = false
    await clock.advance(5_000 + gatherMs)
    broker.calls.at(-1)!.fail(offline())
    await tick()
    broker.isQuick = true
    await clock.advance(9_000)
    expect(cell.shown).toEqual(['unreachable'])
    await clock.advance(1_000 + gatherMs)
    expect(cell.shown).toEqual(['unreachable', shownFor(value(1))])
  })

  test('a cell that joins others that failed is told as well', async () => {
    new Cell(value(1))
    await failNext(offline())
    const joined = new Cell(value(1))
    await failNext(offline())
    expect(joined.shown).toEqual(['unreachable'])
  })

  test('a figure is not shown any longer when a newer one is known of', async () => {
    const [stale, current] = [new Cell(value(1)), new Cell(value(1, 'jobs'))]
    await settle()
    board.notice('people', 2)
    await failNext(offline())
    expect([stale.last, current.last]).toEqual(['unreachable', shownFor(value(1, 'jobs'))])
    broker.revision = 2
    await clock.advance(5_000 + gatherMs)
    expect(stale.last).toBe(shownFor(value(1), 2))
  })

  test('for want of a session cells wait for somebody to sign in', async () => {
    const cell = new Cell(value(1))
    await failNext(problem('session-required'))
    expect(cell.shown).toEqual(['signed-out'])
    await clock.advance(200_000)
    expect(broker.calls).toHaveLength(1)
    board.wake()
    await settle()
    expect(cell.last).toBe(shownFor(value(1)))
  })

  test('signing out empties the cells, and forgets what they showed', async () => {
    const [cell, gone] = [new Cell(value(1)), new Cell(value(2))]
    await settle()
    gone.stop()
    board.signOut()
    expect(cell.last).toBe('signed-out')
    board.wake()
    new Cell(value(2))
    await settle()
    expect(broker.calls.at(-1)!.request).toEqual({ questions: [value(1), value(2)], known: {} })
    expect(cell.last).toBe(shownFor(value(1)))
  })

  test('other failures stay until the next refresh', async () => {
    const cell = new Cell(value(1))
    await failNext(problem('request-invalid'))
    expect(cell.shown).toEqual(['failed'])
    await clock.advance(100_000)
    expect(broker.calls).toHaveLength(1)
    board.notice('people', 1)
    await settle()
    expect(cell.last).toBe(shownFor(value(1)))
  })

  test('a problem of one question is its own, and asked again with the next revision', async () => {
    broker.isQuick = false
    const cell = new Cell(value(1))
    await settle()
    const { request, answer } = broker.calls[0]!
    const unknown = { code: 'row-unknown', detail: '', retryable: false }
    answer({ ...broker.bodyFor(request), answers: [{ problem: unknown }] })
    broker.isQuick = true
    await tick()
    expect(cell.shown).toEqual(['row-unknown'])
    broker.revision = 2
    board.notice('people', 2)
    await settle()
    expect(cell.last).toBe(shownFor(value(1), 2))
  })
})
