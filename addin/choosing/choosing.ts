// Choosing a dataset's columns and rows: the state behind the screen. What is inserted or changed in the end is the pane's work.
import type { BrokerClient } from '../../client/broker-client.ts'
import type { ClientClock } from '../../client/clock.ts'
import type { DatasetBody } from '../../broker/http/contract.ts'
import { namesOfCells } from '../filter-cells.ts'
import { explain } from '../messages.ts'
import type { LinkedTable } from '../pane-state.ts'
import { awaitFreshSnapshot } from '../read-dataset.ts'
import { plainSettings, type TableSettings } from '../table-choice.ts'
import type { Workbook } from '../workbook.ts'
import { startState, type ChoosingState } from './choosing-state.ts'
import { chosenNames } from './columns.ts'
import { printInput } from './conditions.ts'
import { finishConditions, finishDraft, startDraft, typesOf, type Draft } from './draft.ts'
import { withCell } from './edits.ts'
import { LatestWork } from './latest-work.ts'
import { ConditionError, readSample, readValues, type SampleAnswer, type SampleQuestion } from './sample.ts'

export interface ChoosingDeps {
  readonly client: BrokerClient
  readonly workbook: Workbook
  readonly clock: ClientClock
  /** Does work again when only a new session was missing. */
  readonly withSession: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Hears of everything that the broker refused: the session may have ended for good. */
  readonly onError: (error: unknown) => void
}

/** What is chosen from, and the linked table that is to be changed, if any. */
export interface ChoosingSubject {
  readonly dataset: string
  readonly table: LinkedTable | undefined
}

/** Long enough for the next letter of a fast typist, short enough to feel immediate. */
const sampleDelayMs = 300

/** One visit of the choosing screen: `start` it, and `stop` it when the user leaves. */
export class Choosing {
  readonly #deps: ChoosingDeps
  readonly #subject: ChoosingSubject
  readonly #listeners = new Set<() => void>()
  readonly #lifetime = new AbortController()
  readonly #sampling: LatestWork
  readonly #suggesting: LatestWork
  #asked = ''
  #pull: AbortController | undefined
  #unwatch: (() => void) | undefined
  #hearsSelections = false
  /** Names that cells were given here, and that no table uses yet. */
  readonly #named = new Set<string>()
  #state = startState

  constructor(deps: ChoosingDeps, subject: ChoosingSubject) {
    this.#deps = deps
    this.#subject = subject
    this.#sampling = new LatestWork(deps.clock)
    this.#suggesting = new LatestWork(deps.clock)
  }

  get state(): ChoosingState {
    return this.#state
  }

  /** What the draft means; undefined while something in it is wrong. */
  get settings(): TableSettings | undefined {
    return finishDraft(this.#state.draft, this.#state.types)
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(): Promise<void> {
    this.#unwatch = this.#deps.workbook.watch(({ kind }) => {
      if (kind === 'selection') this.#hearsSelections = true
      void this.look()
    })
    await Promise.all([this.load(), this.look()])
  }

  /** Whether Excel tells when other cells are selected, so that nobody has to look. */
  get hearsSelections(): boolean {
    return this.#hearsSelections
  }

  /** The settings that a table is now made or changed with: the cells that they follow keep their names. */
  take(): TableSettings | undefined {
    const { settings } = this
    for (const name of settings ? namesOfCells(settings.choice) : []) this.#named.delete(name)
    return settings
  }

  /** Ends all that waits for answers, and takes back what nobody needs. */
  stop(): void {
    // A name that stays in the workbook does no harm.
    if (this.#named.size > 0) this.#deps.workbook.forgetCells([...this.#named]).catch(() => undefined)
    this.#unwatch?.()
    this.#lifetime.abort(new DOMException('The screen was left.', 'AbortError'))
    this.#pull?.abort(this.#lifetime.signal.reason)
    this.#sampling.stop()
    this.#suggesting.stop()
  }

  /** Reads the dataset, and the first sample. */
  async load(): Promise<void> {
    this.#set({ stage: 'loading', notice: undefined })
    try {
      const { dataset: name } = this.#subject
      const dataset = await this.#call(() => this.#deps.client.dataset(name, this.#lifetime.signal))
      if (dataset.revision === null) this.#set({ stage: 'unpulled', dataset })
      else await this.#show(dataset)
    } catch (error) {
      if (!this.#lifetime.signal.aborted) this.#set({ stage: 'failed', notice: explain(error) })
    }
  }

  /** Has the dataset read from its source for the first time. */
  async pullNow(): Promise<void> {
    if (this.#pull) return
    const controller = new AbortController()
    this.#pull = controller
    const { signal } = controller
    const onProgress = (pull: ChoosingState['pull']): void => this.#set({ pull })
    this.#set({ notice: undefined })
    try {
      await this.#call(() => awaitFreshSnapshot(this.#deps.client, this.#subject.dataset, { signal, onProgress }))
      this.#pull = undefined
      this.#set({ pull: undefined })
      await this.load()
    } catch (error) {
      this.#pull = undefined
      if (!this.#lifetime.signal.aborted)
        this.#set({ pull: undefined, notice: signal.aborted ? undefined : explain(error) })
    }
  }

  cancelPull(): void {
    this.#pull?.abort(new DOMException('Cancelled by the user.', 'AbortError'))
  }

  /** Changes the draft; what it finds is shown soon after. */
  edit(change: (draft: Draft) => Draft): void {
    const draft = change(this.#state.draft)
    if (draft === this.#state.draft) return
    this.#set({ draft, mistakes: finishConditions(draft, this.#state.types).mistakes })
    void this.#ask(sampleDelayMs)
  }

  /** From now on lines that are empty are called mistakes. */
  check(): void {
    this.#set({ isChecked: true })
  }

  placeOnNewSheet(isOnNewSheet: boolean): void {
    this.#set({ isOnNewSheet })
  }

  /** Looks where the user is in the workbook, and what the followed cells hold now. */
  async look(): Promise<void> {
    const { workbook } = this.#deps
    const names = this.#state.draft.conditions.flatMap(({ cell }) => cell ?? [])
    try {
      const [{ place }, cells] = await Promise.all([workbook.findPlace(1, 1), workbook.readNamedCells(names)])
      if (this.#lifetime.signal.aborted) return
      const isSamePlace = JSON.stringify(place) === JSON.stringify(this.#state.place)
      const areSameCells = JSON.stringify([...cells]) === JSON.stringify([...this.#state.cells])
      if (!isSamePlace) this.#set({ place })
      if (areSameCells) return
      this.#set({ cells })
      void this.#ask(sampleDelayMs)
    } catch {
      // Excel is busy, or a cell is being edited: the next look will see.
    }
  }

  /** Makes a condition follow the selected cell. */
  async followCell(id: number): Promise<void> {
    try {
      const { name } = await this.#deps.workbook.nameCell()
      this.#named.add(name)
      this.#set({ notice: undefined })
      this.edit((draft) => withCell(draft, id, name))
      await this.look()
    } catch (error) {
      this.#set({ notice: explain(error) })
    }
  }

  /** Looks for values to pick from; without success nothing is suggested. */
  async suggest(id: number, typed: string): Promise<void> {
    const condition = this.#state.draft.conditions.find((each) => each.id === id)
    const type = this.#state.types.get(condition?.column ?? '')
    if (!condition || !type) return
    const question = { dataset: this.#subject.dataset, column: condition.column, type, typed }
    const delayMs = typed === '' ? 0 : sampleDelayMs
    const { client } = this.#deps
    await this.#suggesting.start(delayMs, (signal) => this.#call(() => readValues(client, question, signal)), {
      onResult: (values) => this.#set({ suggestions: { id, values: values.map((value) => printInput(value, type)) } }),
      onError: () => this.#set({ suggestions: undefined }),
    })
  }

  /** Reads the sample again, after a failure. */
  async retrySample(): Promise<void> {
    this.#asked = ''
    await this.#ask(0)
  }

  async #show(dataset: DatasetBody): Promise<void> {
    const { table } = this.#subject
    const settings: TableSettings = table?.link ?? plainSettings
    const draft = startDraft(dataset, settings)
    const types = typesOf(dataset)
    const { choice } = settings
    const named = [
      ...(choice.columns ?? []),
      ...choice.conditions.map(({ column }) => column),
      ...choice.orderBy.map(({ column }) => column),
    ]
    const lost = [...new Set(named)].filter((name) => !types.has(name))
    this.#set({ stage: 'ready', dataset, types, draft, lost, mistakes: finishConditions(draft, types).mistakes })
    if (draft.conditions.some(({ cell }) => cell !== undefined)) await this.look()
    await this.#ask(0)
  }

  /** Reads the sample for the draft, unless it is the one that is shown or being read. */
  async #ask(delayMs: number): Promise<void> {
    const { draft, types, cells, stage } = this.#state
    if (stage !== 'ready') return
    const { conditions } = finishConditions(draft, types)
    const question: SampleQuestion = {
      dataset: this.#subject.dataset,
      columns: draft.followsDataset ? undefined : chosenNames(draft.columns),
      conditions,
      orderBy: draft.orderBy.map(({ column, isDescending }) => ({ column, isDescending })),
    }
    const asked = JSON.stringify([question, [...cells]])
    if (asked === this.#asked) return
    this.#asked = asked
    this.#set({ sample: { ...this.#state.sample, state: 'loading' } })
    const { client, workbook } = this.#deps
    const context = { types, cells, daysLater: workbook.daysLater }
    await this.#sampling.start(delayMs, (signal) => this.#call(() => readSample(client, question, context, signal)), {
      onResult: (answer) => this.#showSample(answer),
      onError: (error) => this.#showFailure(error),
    })
  }

  #showSample(answer: SampleAnswer): void {
    const { columns, rows, found, pulledAt } = answer
    this.#set({
      sample: { state: 'ready', columns, rows, found, pulledAt, notice: undefined },
      refusals: new Map(),
    })
  }

  #showFailure(error: unknown): void {
    const { sample } = this.#state
    if (error instanceof ConditionError && error.id !== undefined) {
      // The line says what is wrong; the sample has nothing to add.
      const refusals = new Map([[error.id, explain(error.cause)]])
      this.#set({ refusals, sample: { ...sample, state: 'failed', found: undefined, notice: undefined } })
      return
    }
    const cause = error instanceof ConditionError ? error.cause : error
    this.#set({
      refusals: new Map(),
      sample: { ...sample, state: 'failed', found: undefined, notice: explain(cause) },
    })
  }

  async #call<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#deps.withSession(work)
    } catch (error) {
      this.#deps.onError(error)
      throw error
    }
  }

  #set(change: Partial<ChoosingState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}
