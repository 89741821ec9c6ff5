import { texts } from '../language.ts'
import type { PaneState } from '../pane-state.ts'
import type { EngineDeps } from './engine.ts'
import type { FigureBoard } from './figure-board.ts'
import { associateFunctions, type FunctionEngine } from '../office-functions.ts'

/** What of the pane the functions follow. */
interface FollowedPane {
  readonly state: PaneState
  subscribe(listener: () => void): () => void
}

/**
 * The worksheet functions, as far as the page brings them at once: Excel knows of them from the start, and the rest is loaded when the first
 * is called.
 */
export class WorksheetFunctions {
  readonly #connected: Promise<EngineDeps>
  #connect: (deps: EngineDeps) => void = () => undefined
  #refuse: (reason: Error) => void = () => undefined
  /** Why no function can ever be answered here. */
  #refusal: string | undefined
  #engine: Promise<FunctionEngine> | undefined
  #board: FigureBoard | undefined

  constructor() {
    this.#connected = new Promise((resolve, reject) => {
      this.#connect = resolve
      this.#refuse = reject
    })
    // Nobody may ever call a function.
    this.#connected.catch(() => undefined)
  }

  /** To be called before Office is ready. */
  start(): void {
    associateFunctions(
      () => (this.#engine ??= this.#load()),
      () => ({ kind: 'not-available', text: this.#refusal ?? texts.functions.notLoaded }),
    )
  }

  /** From now on functions that are called, and those that were, are answered. */
  connect(deps: EngineDeps): void {
    this.#connect(deps)
  }

  /** Functions that are called, and those that were, say why they cannot be answered, instead of being busy for ever. */
  refuse(text: string): void {
    this.#refusal = text
    this.#refuse(new Error(text))
  }

  /** Cells fill and empty themselves as the pane's user signs in and out, and show what newer revisions hold that the pane learns of. */
  follow(pane: FollowedPane): void {
    let { screen, datasets } = pane.state
    pane.subscribe(() => {
      const { state } = pane
      if (state.screen === 'ready' && screen !== 'ready') this.#board?.wake()
      if (state.screen === 'sign-in' && screen === 'ready') this.#board?.signOut()
      if (state.datasets.items !== datasets.items)
        for (const { name, revision, pulledAt } of state.datasets.items)
          if (revision !== null) this.#board?.notice(name, revision, pulledAt ?? undefined)
      ;({ screen, datasets } = state)
    })
  }

  /** A linked table now holds this revision of the dataset. */
  notice(dataset: string, revision: number): void {
    this.#board?.notice(dataset, revision)
  }

  /**
   * Brings fresh data into cells whose datasets are not in `linked`; those come with their tables. A dataset that cannot be pulled leaves
   * its cells as they are, and REFRESHED says how old they are.
   */
  async refresh(linked: ReadonlySet<string>, signal?: AbortSignal): Promise<void> {
    await this.#board?.refresh(linked, signal)
  }

  async #load(): Promise<FunctionEngine> {
    try {
      const [deps, { createEngine }] = await Promise.all([this.#connected, import('./engine.ts')])
      // Where Excel does not answer now, whatever the pane asks it next tells the same.
      await deps.workbook.learnDates().catch(() => undefined)
      const engine = createEngine(deps)
      this.#board = engine.board
      return engine
    } catch (error) {
      // The next call tries again.
      this.#engine = undefined
      throw error
    }
  }
}
