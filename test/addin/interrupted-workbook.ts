// A workbook in which things happen between requests: somebody acts, the user cancels, the pane is gone.
import type { Workbook } from '../../addin/workbook.ts'

/** What a request gets that a pane makes which is gone. */
export class PaneGone extends Error {}

/** How a refresh ends before its time; a pane may go before or after Excel has carried out its last request. */
export type Ending = 'cancelled' | 'gone-before' | 'gone-after'

/** What happens before requests to come, each counted from one. */
export interface Fate {
  acts: { readonly at: number; readonly act: () => void }[]
  ending: { readonly at: number; readonly how: Ending } | undefined
  /** Cancels the refresh that is going on. */
  cancel: () => void
  requests: number
}

/** A fate in which nothing happens. */
export function noFate(): Fate {
  return { acts: [], ending: undefined, cancel: () => undefined, requests: 0 }
}

/** The same workbook for one pane, with a fate that other panes share. */
export function interruptWorkbook(workbook: Workbook, fate: Fate): Workbook {
  let isGone = false
  const end = async (how: Ending, carryOut: () => unknown): Promise<unknown> => {
    if (how === 'cancelled') {
      fate.cancel()
      return carryOut()
    }
    isGone = true
    // What Excel answers reaches nobody.
    if (how === 'gone-after') await Promise.resolve(carryOut()).catch(() => undefined)
    throw new PaneGone()
  }
  return new Proxy(workbook, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (name === 'watch' || typeof method !== 'function') return method
      return (...values: unknown[]): unknown => {
        if (isGone) return Promise.reject(new PaneGone())
        fate.requests += 1
        for (const { at, act } of fate.acts) if (at === fate.requests) act()
        const carryOut = (): unknown => Reflect.apply(method, target, values)
        return fate.ending?.at === fate.requests ? end(fate.ending.how, carryOut) : carryOut()
      }
    },
  })
}
