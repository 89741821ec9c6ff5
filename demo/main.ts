// Everything on this machine: the sample source, a broker that reads it, and a simulated Excel in the browser.
// With --once it does the main job without a browser, prints one line of JSON last, and ends.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { startSample } from '../sample/sample.ts'
import { DemoBroker } from './demo-broker.ts'
import { runOnce } from './once.ts'
import { describePreview, openPreview } from './preview.ts'

const { values } = readOptions({
  options: {
    once: { type: 'boolean', default: false },
    candidates: { type: 'string' },
    seed: { type: 'string' },
    'token-seconds': { type: 'string' },
    'cap-per-call': { type: 'boolean', default: false },
    unlimited: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
})

const candidates = readNumber('candidates', values.candidates)
const sample = await startSample({
  candidates,
  seed: readNumber('seed', values.seed),
  tokenSeconds: readNumber('token-seconds', values['token-seconds']),
  capPerCall: values['cap-per-call'],
  unlimited: values.unlimited,
})
const broker = new DemoBroker()
const parts = { sample, broker, candidates, isUnlimited: values.unlimited }
const stop = async (): Promise<void> => {
  await broker.stop()
  await sample.stop()
}

try {
  if (values.once) {
    const summary = await runOnce(parts)
    await stop()
    console.log(JSON.stringify(summary))
  } else {
    const preview = await openPreview(parts, readNumber('port', values.port) ?? 0)
    console.log(describePreview(preview, sample.url))
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void preview.stop().then(stop))
  }
} catch (error) {
  await stop()
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** An unknown option, --help as well, is answered with those that there are. */
function readOptions<Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config)
  } catch (error) {
    const names = Object.keys(config.options ?? {}).map((name) => `--${name}`)
    console.error(
      `${error instanceof Error ? error.message : String(error)}\nThe options, which README.md explains: ${names.join(', ')}.`,
    )
    return process.exit(2)
  }
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text) || (name === 'token-seconds' && Number(text) === 0)) {
    console.error(`--${name} takes a whole number${name === 'token-seconds' ? ' above 0' : ''}.`)
    process.exit(2)
  }
  return Number(text)
}
