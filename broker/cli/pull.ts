import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { EgressChild } from '../egress-child.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { makeId } from '../kernel/id.ts'
import { createLog } from '../kernel/log.ts'
import { systemClock, systemRandom } from '../kernel/system.ts'
import { withStores } from '../open.ts'
import type { PullRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'
import type { CommandContext } from './context.ts'
import { findDataset } from './find-dataset.ts'

const pollMs = 250
/** An egress process beats every few seconds; after so long without a beat there is none. */
const egressGoneMs = 15_000

const stoppedText = 'Stopped. The pull is begun anew by the next egress process: npx sheetbroker start, or pull again.'
const unwatchedText = 'No longer watched; the pull goes on.'

/** `pull DATASET [--watch]`: asks for a pull, and runs an egress process of its own where none is running. */
export function addPull(program: Command, context: CommandContext): void {
  program
    .command('pull')
    .description('read a dataset from its source now')
    .argument('<dataset>')
    .option('--watch', 'show the progress and wait for the end')
    .action(async (dataset: string, options: { watch?: boolean }) => {
      const { config } = context.load()
      await withStores(config, async (stores) => {
        await findDataset(stores, dataset)
        if (options.watch !== true && !(await isEgressAlive(stores)))
          throw new BrokerError(
            'egress-missing',
            'Nothing is running that could read it: use --watch, or npx sheetbroker start.',
          )
        const request = { id: makeId(systemRandom), dataset, requestedBy: undefined }
        const pull = await stores.pulls.request(request, systemClock.nowMs())
        if (options.watch === true) await watch(stores, pull, { config, context })
        else context.print(`Pull ${pull.id} of ${dataset} is ${pull.state}.`)
      })
    })
}

async function isEgressAlive(stores: Stores): Promise<boolean> {
  return systemClock.nowMs() - (await stores.egress.lastBeatMs()) < egressGoneMs
}

/** Prints progress until the pull has ended, with an egress process of its own when there is none, which Ctrl+C ends, too. */
async function watch(
  stores: Stores,
  { id }: PullRecord,
  { config, context }: { config: Config; context: CommandContext },
): Promise<void> {
  const own = createOwnEgress(config)
  let hasOwn = false
  let shown = ''
  const interrupted = new Promise<never>((_, reject) => {
    process.once('SIGINT', () => reject(new BrokerError('pull-cancelled', hasOwn ? stoppedText : unwatchedText)))
  })
  interrupted.catch(() => undefined) // Awaited below.
  try {
    for (;;) {
      if (!hasOwn && !(await isEgressAlive(stores))) {
        own.start()
        hasOwn = true
      }
      const now = await stores.pulls.find(id)
      if (!now) throw new BrokerError('pull-unknown', 'The pull is gone from the database.')
      const line = `${now.state}: ${now.rows} rows read, ${now.pages} pages`
      if (line !== shown) context.print(line)
      shown = line
      if (now.state === 'completed') {
        printResult(now, context)
        return
      }
      if (now.state === 'cancelled') throw new BrokerError('pull-cancelled', 'The pull was cancelled.')
      if (now.state === 'failed')
        throw new BrokerError(now.problem?.code ?? 'internal', now.problem?.message ?? 'The pull failed.')
      await Promise.race([systemClock.wait(pollMs), own.unable, interrupted])
    }
  } finally {
    await own.stop()
  }
}

function createOwnEgress(config: Config): EgressChild {
  return new EgressChild({
    // This command prints the progress itself.
    environment: {
      ...process.env,
      SHEETBROKER_DATA_DIR: config.SHEETBROKER_DATA_DIR,
      SHEETBROKER_LOG_LEVEL: config.SHEETBROKER_LOG_LEVEL === 'info' ? 'error' : config.SHEETBROKER_LOG_LEVEL,
    },
    clock: systemClock,
    log: createLog(config.SHEETBROKER_LOG_LEVEL, 'cli'),
  })
}

function printResult(pull: PullRecord, context: CommandContext): void {
  const counts = `${pull.rowsChanged} changed, ${pull.rowsDeleted} deleted, ${pull.duplicates} duplicates`
  context.print(`${pull.dataset} is at revision ${pull.revision ?? 0}: ${counts}, ${pull.tokenCalls} token calls.`)
  for (const warning of pull.warnings) context.print(`Note: ${warning}`)
}
