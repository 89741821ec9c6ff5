import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { startWeb } from '../../broker/app.ts'
import { loadConfig } from '../../broker/config.ts'
import { egressMemory } from '../../broker/egress-child.ts'
import { silentLog } from '../../broker/kernel/log.ts'
import { BrokerClient } from '../../client/broker-client.ts'
import { createMemoryStorage } from '../../client/session-storage.ts'
import { DemoBroker } from '../../demo/demo-broker.ts'
import { forgetPeak, peakMiB, stopChild } from './child.ts'

/** What one pull took. */
export interface PullFigures {
  readonly rows: number
  /** From its start to the completed snapshot. */
  readonly seconds: number
  /** Of the next pull, which finds that nothing has changed. */
  readonly unchangedSeconds: number
  /** Of the egress process until the end of the first pull. */
  readonly peakMiB: number | undefined
  /** Of the egress process in the next pull; undefined where the system keeps only one peak. */
  readonly unchangedPeakMiB: number | undefined
  /** Of the web process while the pull ran. */
  readonly loopDelayP99Ms: number
}

export interface PullSetting {
  readonly url: string
  readonly pageSize: number
  readonly parallel: number
}

/** Pulls twice with a fresh broker: its egress as a process of its own, its web in this one, where the loop's delay is measured. */
export async function measurePull(setting: PullSetting): Promise<PullFigures> {
  const broker = new DemoBroker()
  await broker.run(['init'])
  await broker.run(['apply', '-'], { input: definitionsFor(setting) })
  await broker.run(['secret', 'set', 'bench'], { input: 'secret' })
  const invitation = (await broker.run(['invite', 'bench'])).split('\n')[0] ?? ''
  const environment = { SHEETBROKER_DATA_DIR: await broker.directory(), SHEETBROKER_LOG_LEVEL: 'error' }
  const egress = spawn(process.execPath, [join(import.meta.dirname, '../../broker/egress.ts')], {
    stdio: 'inherit',
    // As web starts it.
    env: { ...egressMemory, ...process.env, ...environment },
  })
  const { config } = loadConfig({ ...environment, SHEETBROKER_EGRESS: 'none', SHEETBROKER_PORT: '0' })
  const web = await startWeb(config, {}, silentLog)
  try {
    return await pullTwice(web.publicUrl, invitation, egress)
  } finally {
    await web.stop()
    await stopChild(egress)
    await broker.stop()
  }
}

async function pullTwice(brokerUrl: string, invitation: string, egress: ChildProcess): Promise<PullFigures> {
  const client = new BrokerClient({
    brokerUrl,
    storage: createMemoryStorage(),
    clock: { nowMs: () => Date.now(), wait: (delayMs, signal) => wait(delayMs, undefined, signal ? { signal } : {}) },
    fetch,
  })
  await client.redeem(invitation, 'Benchmark')
  const loopDelay = monitorEventLoopDelay({ resolution: 5 })
  loopDelay.enable()
  const first = await pullOnce(client)
  loopDelay.disable()
  const firstPeakMiB = peakMiB(egress)
  const hasOwnPeak = forgetPeak(egress)
  const second = await pullOnce(client)
  return {
    ...first,
    unchangedSeconds: second.seconds,
    peakMiB: firstPeakMiB,
    unchangedPeakMiB: hasOwnPeak ? peakMiB(egress) : undefined,
    loopDelayP99Ms: loopDelay.percentile(99) / 1e6,
  }
}

async function pullOnce(client: BrokerClient): Promise<Pick<PullFigures, 'rows' | 'seconds'>> {
  const asked = await client.requestPull('rows')
  for await (const { state, problem, rows, startedAt, endedAt } of client.followPull(asked.id)) {
    if (state === 'failed' || state === 'cancelled') throw new Error(problem?.detail ?? state)
    if (state !== 'completed') continue
    return { rows, seconds: (Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')) / 1000 }
  }
  throw new Error('The pull did not end.')
}

function definitionsFor({ url, pageSize, parallel }: PullSetting): string {
  return JSON.stringify({
    sources: {
      bench: { baseUrl: url, auth: { method: 'client_secret_post', tokenUrl: `${url}/token`, clientId: 'bench' } },
    },
    datasets: {
      rows: {
        source: 'bench',
        request: { path: '/rows' },
        paging: {
          type: 'page-number',
          parameter: 'page',
          sizeParameter: 'size',
          size: pageSize,
          total: '/total',
          parallel,
        },
        records: '/items',
        key: ['Ref'],
      },
    },
    users: { bench: {} },
    grants: [{ user: 'bench', dataset: 'rows' }],
  })
}
