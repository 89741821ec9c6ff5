import { startState, type PaneState } from './pane-state.ts'

/** The pane's state, and who wants to hear of its changes. */
export class PaneStore {
  readonly #listeners = new Set<() => void>()
  #state = startState

  get state(): PaneState {
    return this.#state
  }

  set(change: Partial<PaneState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after every change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
