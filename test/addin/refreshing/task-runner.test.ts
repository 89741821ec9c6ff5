import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '../../../addin/pane-state.ts'
import { holdAfter } from '../../../addin/refreshing/hold.ts'
import { TaskRunner, type Outcome } from '../../../addin/refreshing/task-runner.ts'
import { WorkbookError } from '../../../addin/workbook-error.ts'
import { ClientError } from '../../../client/client-error.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const offline = new ClientError('offline', 'The broker cannot be reached.')
const busy = new WorkbookError('busy', '')
const editing = new WorkbookError('cell-edit', '')

let clock: ManualClock
let runner: TaskRunner
let controller: AbortController
let states: string[]
let endEdit: () => void

beforeEach(() => {
  clock = new ManualClock()
  controller = new AbortController()
  states = []
  const edit = new Promise<void>((resolve) => {
    endEdit = resolve
  })
  runner = new TaskRunner({
    clock,
    untilEditEnds: () => edit,
    untilReachable: (signal) => clock.wait(9_000, signal),
    onFailure: () => undefined,
  })
})

afterEach(() => controller.abort())

function run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Outcome<Result>> {
  return runner.run({
    signal: controller.signal,
    work: ({ signal }) => work(signal),
    onTask: ({ state, hold }: Task) => states.push(hold ? `held: ${hold.kind}` : state),
  })
}

/** What needs no time has happened. */
const tick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Fails so many times with the error, then succeeds. */
function failing(error: Error, times: number): () => Promise<string> {
  let left = times
  return () => {
    left -= 1
    return left >= 0 ? Promise.reject(error) : Promise.resolve('done')
  }
}

describe('a task', () => {
  test('goes on by itself when the broker can be reached again', async () => {
    const { result, elapsedMs } = await clock.drive(run(failing(offline, 2)))
    expect(result).toEqual({ kind: 'done', result: 'done' })
    expect(elapsedMs).toBe(18_000)
    const held = ['waiting', 'running', 'held: reachable']
    expect(states).toEqual([...held, ...held, 'waiting', 'running'])
  })

  test('goes on by itself when no cell is edited any more', async () => {
    const outcome = run(failing(editing, 1))
    await tick()
    expect(states.at(-1)).toBe('held: cell-edit')
    endEdit()
    expect(await outcome).toEqual({ kind: 'done', result: 'done' })
  })

  test('is tried three more times while Excel is busy, then says so', async () => {
    const { result, elapsedMs } = await clock.drive(run(failing(busy, 9)))
    expect(result).toEqual({ kind: 'failed', error: busy })
    expect(elapsedMs).toBe(43_000)
    expect(states.filter((state) => state === 'held: busy')).toHaveLength(3)
  })

  test('that waits lets the next one have its turn', async () => {
    const first = run(failing(offline, 1))
    await clock.untilWaiting()
    expect(await run(() => Promise.resolve('second'))).toEqual({ kind: 'done', result: 'second' })
    await clock.advance(9_000)
    expect(await first).toEqual({ kind: 'done', result: 'done' })
  })

  test('is given Excel only when the one before has left it', async () => {
    const order: string[] = []
    const slow = async (name: string): Promise<void> => {
      order.push(`${name} begins`)
      await clock.wait(1_000)
      order.push(`${name} ends`)
    }
    await clock.drive(Promise.all([run(() => slow('first')), run(() => slow('second'))]))
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })
})

describe('cancelling', () => {
  const never = (): Promise<never> => new Promise(() => undefined)

  test('ends at once a task that waits for its turn, and keeps the turns of the others', async () => {
    let leave: () => void = () => undefined
    const first = runner.run({
      signal: new AbortController().signal,
      work: () => new Promise<string>((resolve) => void (leave = () => resolve('first'))),
      onTask: () => undefined,
    })
    await tick()
    const second = run(never)
    const third = runner.run({
      signal: new AbortController().signal,
      work: () => Promise.resolve('third'),
      onTask: () => undefined,
    })
    controller.abort(new Error('cancelled'))
    expect(await second).toEqual({ kind: 'cancelled', isSettled: true })
    leave()
    expect([await first, await third]).toEqual([
      { kind: 'done', result: 'first' },
      { kind: 'done', result: 'third' },
    ])
  })

  test('waits a second for the step under way, and no longer', async () => {
    const outcome = run(never)
    await tick()
    controller.abort(new Error('cancelled'))
    const { result, elapsedMs } = await clock.drive(outcome)
    expect(result).toEqual({ kind: 'cancelled', isSettled: false })
    expect(elapsedMs).toBe(1_000)
  })

  test('lets no other task at Excel while a step of the cancelled one is still on its way', async () => {
    let settle: () => void = () => undefined
    const outcome = run(() => new Promise<void>((resolve) => void (settle = resolve)))
    await tick()
    controller.abort(new Error('cancelled'))
    await clock.drive(outcome)
    let hasBegun = false
    const next = runner.run({
      signal: new AbortController().signal,
      work: () => {
        hasBegun = true
        return Promise.resolve()
      },
      onTask: () => undefined,
    })
    await tick()
    expect(hasBegun).toBe(false)
    settle()
    await next
    expect(hasBegun).toBe(true)
  })

  test('ends the wait for the network', async () => {
    const outcome = run(failing(offline, 1))
    await clock.untilWaiting()
    controller.abort(new Error('cancelled'))
    expect(await outcome).toEqual({ kind: 'cancelled', isSettled: true })
  })
})

describe('holdAfter', () => {
  const problem = (code: string, retryAfterMs?: number) =>
    new ClientError('problem', code, {
      retryAfterMs,
      problem: { type: '', title: '', status: 503, detail: '', code, retryable: true },
    })

  test.each([
    { name: 'a proxy without its broker', error: new ClientError('protocol', '', { status: 502 }), hold: 'reachable' },
    { name: 'another answer that is none', error: new ClientError('protocol', '', { status: 200 }), hold: undefined },
    { name: 'a limit', error: problem('rate-limited', 45_000), hold: 'limited until 45000' },
    { name: 'a limit without a time', error: problem('rate-limited'), hold: 'limited until 60000' },
    { name: 'a restart', error: problem('pull-abandoned'), hold: 'busy until 5000' },
    { name: 'a source', error: problem('source-timeout'), hold: undefined },
    { name: 'a protected sheet', error: new WorkbookError('protected', ''), hold: undefined },
    { name: 'a mistake of ours', error: new RangeError(), hold: undefined },
  ])('knows what to wait for after $name', ({ error, hold }) => {
    const found = holdAfter(error, 0, 0)
    const text = found && ('untilMs' in found ? `${found.kind} until ${found.untilMs}` : found.kind)
    expect(text).toBe(hold)
  })

  test('does not wait for a limit for ever', () => {
    expect(holdAfter(problem('rate-limited'), 4, 0)).toBeDefined()
    expect(holdAfter(problem('rate-limited'), 5, 0)).toBeUndefined()
  })
})
