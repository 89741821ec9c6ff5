// The egress process: the only one that opens secrets and talks to sources. Web starts it as its child; in production it can
// be a service of its own (`sheetbroker egress`).
import { setFlagsFromString } from 'node:v8'
import { guardAddresses } from './allowed-addresses.ts'
import { loadConfig, type Config } from './config.ts'
import { readEgressKeys } from './crypto/key-files.ts'
import { unableCode } from './egress-child.ts'
import { BrokerError } from './errors/broker-error.ts'
import { createLog } from './kernel/log.ts'
import { systemClock, systemRandom } from './kernel/system.ts'
import { dataPaths, openStores } from './open.ts'
import { PullScheduler } from './pull/pull-scheduler.ts'
import { PullWorker } from './pull/pull-worker.ts'
import { SourceReaders } from './source-readers.ts'

const minuteMs = 60_000

/** Claims and runs pulls until a signal, or the parent's end, asks it to stop. */
export async function runEgress(config: Config): Promise<void> {
  keepHeapSmall()
  const log = createLog(config.SHEETBROKER_LOG_LEVEL, 'egress')
  const paths = dataPaths(config)
  const keys = await readEgressKeys(paths.keys)
  const stores = await openStores(config, keys.dataKey, log)
  const readers = new SourceReaders({
    stores,
    keys,
    addresses: guardAddresses(config),
    clock: systemClock,
    random: systemRandom,
    log,
  })
  const worker = new PullWorker({
    stores,
    snapshotDirectory: paths.snapshots,
    dataKey: keys.dataKey,
    sourceReaderFor: (source) => readers.get(source),
    pullsAtOnce: config.SHEETBROKER_PULLS_AT_ONCE,
    keepSupersededMs: config.SHEETBROKER_SNAPSHOT_KEEP_MINUTES * minuteMs,
    clock: systemClock,
    random: systemRandom,
    log,
  })
  const scheduler = new PullScheduler({
    ...{ stores, clock: systemClock, random: systemRandom, log },
    onPullRequested: () => worker.wake(),
  })
  await worker.start()
  scheduler.start()
  process.on('message', () => worker.wake())
  await untilAskedToStop()
  await scheduler.stop()
  await worker.stop()
  await readers.stop()
  await stores.close()
}

/**
 * Records live for a moment only. V8 would give them ever more room, some 75 MiB of it for the young ones alone, and let the others lie
 * until the heap has grown several times; no time is gained by that. A thread begins with 1 MB for the young ones, which a pull fills
 * hundreds of times a second: with 4 MB it takes a fifth less of the processor. As flags of the command line they would have to be given
 * by everyone who starts this process.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--min-semi-space-size=4')
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=20')
}

/** Resolves on SIGTERM or SIGINT, and when a parent that started this process is gone. */
function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
    process.once('disconnect', () => resolve())
  })
}

if (import.meta.main) {
  try {
    await runEgress(loadConfig(process.env).config)
    process.exit(0)
  } catch (error) {
    console.error(error instanceof BrokerError ? error.message : error)
    const isUnable = error instanceof BrokerError && ['init-required', 'config-invalid'].includes(error.code)
    process.exit(isUnable ? unableCode : 1)
  }
}
