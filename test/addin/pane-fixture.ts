// A pane without a browser: the real client, the real Excel library, a small broker, and a clock that tests move.
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { Pane, type PaneDeps } from '../../addin/pane.ts'
import type { Network } from '../../addin/refreshing/reachability.ts'
import type { Workbook } from '../../addin/workbook.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { asUser, startTables, TinyDataset, type TableFixture } from './table-fixture.ts'

/** A network that tests switch. */
export class TestNetwork implements Network {
  #isOnline = true
  readonly #listeners = new Set<() => void>()

  isOnline(): boolean {
    return this.#isOnline
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(isOnline: boolean): void {
    this.#isOnline = isOnline
    for (const listener of this.#listeners) listener()
  }
}

export interface PaneFixture extends TableFixture {
  readonly clock: ManualClock
  readonly network: TestNetwork
  /** What the add-in has asked of Excel's start. */
  readonly startups: readonly boolean[]
  /** How often the pane was opened by itself. */
  readonly shown: { count: number }
  /** Opens another pane of the same workbook, as after reopening it. */
  openPane(change?: Partial<PaneDeps>): Pane
}

/** No identity provider, so that somebody has to type a code. */
export function onlyInvitations(client: BrokerClient): PaneDeps['signIn'] {
  return {
    silently: () => Promise.resolve(false),
    providers: () => Promise.resolve([]),
    withProvider: () => Promise.reject(new TypeError('There is no provider.')),
    withInvitation: (code) => client.redeem(code, 'Node'),
    isLinking: false,
  }
}

/** Starts everything but the pane itself. */
export async function startPane(rows: readonly string[] = ['1', '2']): Promise<PaneFixture> {
  const dataset = new TinyDataset([{ name: 'Id', type: 'text' }], ['Id'])
  dataset.publish(rows.map((row) => [row]))
  const tables = await startTables(dataset)
  const clock = new ManualClock()
  const client = new BrokerClient({ brokerUrl: tables.broker.url, storage: createMemoryStorage(), clock, fetch })
  await client.redeem('ABCD', 'Node')
  const network = new TestNetwork()
  const startups: boolean[] = []
  const shown = { count: 0 }
  const panes: Pane[] = []
  return {
    ...tables,
    clock,
    network,
    startups,
    shown,
    openPane: (change = {}) => {
      const pane = new Pane({
        ...tables.deps,
        client,
        clock,
        network,
        device: 'Node',
        random: () => 0.5,
        startup: {
          isPossible: true,
          set: (isOn) => {
            startups.push(isOn)
            return Promise.resolve()
          },
        },
        isOutOfSight: () => false,
        showPane: () => {
          shown.count += 1
          return Promise.resolve()
        },
        signIn: onlyInvitations(client),
        ...change,
      })
      panes.push(pane)
      return pane
    },
    stop: async () => {
      for (const pane of panes) pane.stop()
      await tables.stop()
    },
  }
}

/** Resolves when the pane's state is as wanted. */
export function until(pane: Pane, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return
      end()
      resolve()
    }
    const end = pane.subscribe(look)
    look()
  })
}

/** A workbook some of whose calls fail or hang, as a test says. */
export function interceptWorkbook(
  workbook: Workbook,
  intercept: (call: string) => Promise<void> | undefined,
): Workbook {
  return new Proxy(workbook, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function' || name === 'watch') return method
      return (...values: unknown[]): unknown => {
        const before = intercept(String(name))
        return before
          ? before.then((): unknown => Reflect.apply(method, target, values))
          : Reflect.apply(method, target, values)
      }
    },
  })
}

/** Moves the time on, bit by bit, until the pane's state is as wanted; requests are answered in real time meanwhile. */
export async function advanceUntil(
  { clock }: PaneFixture,
  isSo: () => boolean,
  mostMs = 120_000,
  stepMs = 100,
): Promise<number> {
  const startMs = clock.nowMs()
  while (!isSo()) {
    if (clock.nowMs() - startMs > mostMs) throw new Error(`It is not so after ${mostMs} ms.`)
    await clock.advance(stepMs)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return clock.nowMs() - startMs
}

/** Inserts the dataset so often, side by side; returns the tables' ids. */
export async function insertTables(fixture: PaneFixture, pane: Pane, count: number): Promise<readonly string[]> {
  const first = pane.state.tables.items.length
  for (let index = 0; index < count; index += 1) {
    await asUser(fixture, async (sheet, context) => {
      sheet.getCell(0, (first + index) * 3).select()
      await context.sync()
    })
    await pane.insert('people')
  }
  return pane.state.tables.items.map(({ link }) => link.tableId)
}
