// Which figures the cells of a workbook show, and getting them from the broker in as few requests as possible.
import type { FigureQuestion, FiguresBody } from '../../broker/http/contract.ts'
import type { BrokerClient } from '../../client/broker-client.ts'
import { ClientError } from '../../client/client-error.ts'
import type { ClientClock } from '../../client/clock.ts'
import type { Workbook } from '../workbook.ts'
import {
  deliver,
  findAskingFailure,
  isDeferred,
  isTimed,
  isWatched,
  takeSome,
  toShown,
  type FigureEntry,
  type Shown,
} from './figure-entry.ts'

export interface FigureBoardDeps {
  readonly client: Pick<BrokerClient, 'figures' | 'datasets' | 'requestPull' | 'followPull'>
  readonly clock: ClientClock
  /** The one whose cells ask. */
  readonly workbook: Pick<Workbook, 'daysLater'>
}

interface Flight {
  readonly entries: ReadonlySet<FigureEntry>
  /** The revisions that were known when it began. */
  readonly revisions: ReadonlyMap<string, number>
  readonly controller: AbortController
}

interface KnownDataset {
  readonly name: string
  readonly revision: number
  readonly pulledAt: string
  readonly tag: string
}

/** Excel calls functions one after the other: those that come within this time are asked together ... */
const firstGatherMs = 30
/** ... with those that come after them, until none has come for so long ... */
const gatherMs = 20
/** ... or for so many times that. */
const mostGathers = 15
const shortestRetryMs = 5_000
const longestRetryMs = 60_000
/** How often to look whether datasets have a newer revision. */
const lookMs = 300_000
/** Answers that no cell shows are kept for cells that ask again, up to so many. */
const mostEntries = 20_000

/**
 * The figures that cells show. Cells with the same question share one answer; questions that come together are one request. An answer holds
 * as long as its dataset's revision: when a newer one is seen, all cells of the dataset get new answers, without a recalculation. A cell
 * shows a figure only as long as no newer one is known of; what cannot be asked is tried again until it can.
 */
export class FigureBoard {
  readonly #deps: FigureBoardDeps
  readonly #entries = new Map<string, FigureEntry>()
  readonly #datasets = new Map<string, KnownDataset>()
  /** What was noticed of datasets since their last answer. */
  readonly #noticed = new Map<string, { readonly revision: number; readonly pulledAt: string | undefined }>()
  readonly #pending = new Set<FigureEntry>()
  readonly #flights = new Set<Flight>()
  readonly #failed = new Set<FigureEntry>()
  #isGathering = false
  /** How many questions were ever asked. */
  #asked = 0
  #retryMs = shortestRetryMs
  #isRetrying = false
  #look: AbortController | undefined

  constructor(deps: FigureBoardDeps) {
    this.#deps = deps
  }

  /** Calls `show` with the answer and with every other one that takes its place; never before it returns. Returns what ends that. */
  watch(question: FigureQuestion, show: (shown: Shown) => void): () => void {
    const entry = this.#entryOf(question)
    entry.watchers.set(show, undefined)
    this.#startLooking()
    if (this.#isCurrent(entry)) queueMicrotask(() => deliver(entry))
    else if (!this.#isAsked(entry)) this.#ask(entry)
    return () => {
      entry.watchers.delete(show)
      this.#giveUp(entry)
    }
  }

  /** A dataset now has this revision: whoever shows another one asks again. */
  notice(dataset: string, revision: number, pulledAt?: string): void {
    this.#noticed.set(dataset, { revision, pulledAt })
    for (const entry of this.#watched()) {
      // Formulas may name a dataset by its title. Of what is being asked, the answer will show whether it was too early.
      const known = this.#datasets.get(entry.question.dataset)
      if ((known?.name ?? entry.question.dataset) !== dataset || this.#isFlying(entry)) continue
      const isPulledAgain = pulledAt === undefined || known?.pulledAt !== pulledAt
      const hasChanged = known?.revision !== revision || (entry.question.kind === 'refreshed' && isPulledAgain)
      if (hasChanged || entry.tag === undefined || isTimed(entry)) this.#askAgain(entry)
    }
  }

  /** Somebody is signed in now: what failed is asked again. */
  wake(): void {
    for (const entry of this.#watched()) if (entry.shown && 'failure' in entry.shown) this.#askAgain(entry)
  }

  /** Nobody is signed in any more: figures are gone from the cells as well. */
  signOut(): void {
    for (const flight of this.#flights) this.#abort(flight)
    this.#pending.clear()
    this.#datasets.clear()
    this.#noticed.clear()
    for (const [key, entry] of this.#entries) {
      if (entry.watchers.size === 0) this.#entries.delete(key)
      else this.#show(entry, { failure: { code: 'signed-out' } }, undefined)
    }
  }

  /** Has the datasets that cells show pulled, but those in `except`, and asks again. One that cannot be pulled leaves its cells as they are. */
  async refresh(except: ReadonlySet<string>, signal?: AbortSignal): Promise<void> {
    const names = [...this.#watched()].map(({ question }) => this.#datasets.get(question.dataset)?.name)
    const shown = new Set(names.filter((name) => name !== undefined))
    const datasets = [...shown].filter((dataset) => !except.has(dataset))
    await Promise.allSettled(datasets.map((dataset) => this.#pull(dataset, signal)))
  }

  async #pull(dataset: string, signal: AbortSignal | undefined): Promise<void> {
    const { client } = this.#deps
    let pull = await client.requestPull(dataset, signal)
    if (pull.state !== 'completed') for await (const state of client.followPull(pull.id, signal)) pull = state
    if (pull.revision !== null) this.notice(dataset, pull.revision)
  }

  *#watched(): Generator<FigureEntry> {
    for (const entry of this.#entries.values()) if (entry.watchers.size > 0) yield entry
  }

  #entryOf(question: FigureQuestion): FigureEntry {
    const key = JSON.stringify(question)
    const known = this.#entries.get(key)
    if (known) return known
    this.#forgetSome()
    const entry: FigureEntry = { question, watchers: new Map(), shown: undefined, tag: undefined, isStale: false }
    this.#entries.set(key, entry)
    return entry
  }

  #forgetSome(): void {
    if (this.#entries.size < mostEntries) return
    for (const [key, entry] of this.#entries)
      if (entry.watchers.size === 0 && !this.#isAsked(entry)) this.#entries.delete(key)
  }

  /** Whether what the entry shows is the newest that is known of. */
  #isCurrent(entry: FigureEntry): boolean {
    if (entry.isStale || !entry.shown || entry.tag === undefined || isTimed(entry)) return false
    return entry.tag === this.#datasets.get(entry.question.dataset)?.tag
  }

  #isAsked(entry: FigureEntry): boolean {
    return this.#pending.has(entry) || this.#isFlying(entry)
  }

  #isFlying(entry: FigureEntry): boolean {
    return [...this.#flights].some(({ entries }) => entries.has(entry))
  }

  #askAgain(entry: FigureEntry): void {
    entry.isStale = true
    this.#ask(entry)
  }

  #ask(entry: FigureEntry): void {
    this.#failed.delete(entry)
    this.#pending.add(entry)
    this.#asked += 1
    if (!this.#isGathering) void this.#gather()
  }

  async #gather(): Promise<void> {
    this.#isGathering = true
    await this.#deps.clock.wait(firstGatherMs)
    for (let asked = 0, times = 0; asked !== this.#asked && times < mostGathers; times += 1) {
      asked = this.#asked
      await this.#deps.clock.wait(gatherMs)
    }
    this.#isGathering = false
    this.#send()
  }

  #send(): void {
    while (this.#pending.size > 0) {
      const entries = takeSome(this.#pending)
      for (const entry of entries) this.#pending.delete(entry)
      const revisions = new Map([...this.#datasets].map(([dataset, { revision }]) => [dataset, revision]))
      const flight: Flight = { entries: new Set(entries), revisions, controller: new AbortController() }
      this.#flights.add(flight)
      void this.#fly(flight, entries)
    }
  }

  async #fly(flight: Flight, entries: readonly FigureEntry[]): Promise<void> {
    const { signal } = flight.controller
    try {
      const questions = entries.map(({ question }) => question)
      const { client, workbook } = this.#deps
      const dates = workbook.daysLater === 0 ? {} : { dateSystem: 1904 as const }
      const body = await client.figures({ questions, known: this.#knownTags(entries), ...dates }, signal)
      this.#flights.delete(flight)
      if (signal.aborted) return
      this.#retryMs = shortestRetryMs
      this.#take(flight, entries, body)
    } catch (error) {
      this.#flights.delete(flight)
      // Nobody waits for these any more.
      if (signal.aborted) return
      this.#fail(entries, error)
    }
  }

  /** The tags of datasets whose answers all of these entries have already. */
  #knownTags(entries: readonly FigureEntry[]): Readonly<Record<string, string>> {
    const tags = new Map<string, string | undefined>()
    for (const { question, tag, shown } of entries) {
      if (question.kind === 'refreshed') continue
      const isKnown = shown !== undefined && (!tags.has(question.dataset) || tags.get(question.dataset) === tag)
      tags.set(question.dataset, isKnown ? tag : undefined)
    }
    return Object.fromEntries([...tags].flatMap(([dataset, tag]) => (tag === undefined ? [] : [[dataset, tag]])))
  }

  #take({ revisions }: Flight, entries: readonly FigureEntry[], { datasets, answers }: FiguresBody): void {
    const states = new Map(datasets.map((state) => [state.dataset, state]))
    // Another request, which began earlier or later, has brought a newer revision meanwhile.
    const isOvertaken = (dataset: string): boolean => {
      const known = this.#datasets.get(dataset)?.revision ?? 0
      return known > (states.get(dataset)?.revision ?? known) && known !== revisions.get(dataset)
    }
    const overtaken = new Set([...states.keys()].filter(isOvertaken))
    for (const state of datasets) if (!overtaken.has(state.dataset)) this.#datasets.set(state.dataset, state)
    for (const [index, entry] of entries.entries()) {
      const { dataset } = entry.question
      const answer = answers[index]
      if (!answer || overtaken.has(dataset) || isDeferred(answer)) this.#ask(entry)
      else if ('unchanged' in answer) this.#show(entry, entry.shown, entry.tag)
      else this.#show(entry, toShown(answer), states.get(dataset)?.tag)
    }
    for (const entry of this.#watched()) {
      const state = states.get(entry.question.dataset)
      if (!state || overtaken.has(state.dataset) || this.#isAsked(entry)) continue
      if (entry.tag !== state.tag || this.#isTooEarly(state)) this.#askAgain(entry)
    }
    for (const { name } of datasets) this.#noticed.delete(name)
  }

  /** Whether a newer state of the dataset was noticed while this one was asked for. */
  #isTooEarly({ name, revision, pulledAt }: KnownDataset): boolean {
    const noticed = this.#noticed.get(name)
    return noticed !== undefined && (revision < noticed.revision || pulledAt < (noticed.pulledAt ?? ''))
  }

  #fail(entries: readonly FigureEntry[], error: unknown): void {
    const code = findAskingFailure(error)
    for (const entry of entries) {
      // A figure stays as long as no newer one is known of.
      const isKept = code === 'unreachable' && entry.shown && 'figure' in entry.shown && !entry.isStale
      if (!isKept) this.#show(entry, { failure: { code } }, undefined)
      if (code === 'unreachable') this.#failed.add(entry)
    }
    if (code === 'unreachable') this.#retryLater(error)
  }

  #retryLater(error: unknown): void {
    if (this.#isRetrying) return
    this.#isRetrying = true
    const waitMs = Math.max(this.#retryMs, (error instanceof ClientError && error.retryAfterMs) || 0)
    this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs)
    void this.#deps.clock.wait(waitMs).then(() => {
      this.#isRetrying = false
      const entries = [...this.#failed].filter(({ watchers }) => watchers.size > 0)
      this.#failed.clear()
      for (const entry of entries) this.#ask(entry)
    })
  }

  #show(entry: FigureEntry, shown: Shown | undefined, tag: string | undefined): void {
    entry.shown = shown
    entry.tag = tag
    entry.isStale = false
    deliver(entry)
  }

  /** Ends what nobody waits for any more. */
  #giveUp(entry: FigureEntry): void {
    if (entry.watchers.size > 0) return
    this.#pending.delete(entry)
    this.#failed.delete(entry)
    for (const flight of this.#flights) if (!isWatched(flight.entries)) this.#abort(flight)
    if (this.#watched().next().done !== true) return
    this.#look?.abort()
    this.#look = undefined
  }

  /** At once no longer under way: a cell that asks in the next moment must not wait for it. */
  #abort(flight: Flight): void {
    this.#flights.delete(flight)
    flight.controller.abort()
  }

  #startLooking(): void {
    if (this.#look) return
    this.#look = new AbortController()
    void this.#lookAgain(this.#look.signal)
  }

  /** Looks for newer revisions, again and again, as long as any cell shows a figure. */
  async #lookAgain(signal: AbortSignal): Promise<void> {
    const { client, clock } = this.#deps
    while (!signal.aborted) {
      try {
        await clock.wait(lookMs, signal)
        for (const { name, revision, pulledAt } of await client.datasets(signal))
          if (revision !== null) this.notice(name, revision, pulledAt ?? undefined)
      } catch {
        // Not a question of any cell: the next look may do better, and what cells ask says what is wrong.
      }
    }
  }
}
