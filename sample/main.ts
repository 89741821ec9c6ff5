// The sample source as a program: prints one line of JSON when it is ready, ends on SIGTERM or SIGINT.
import { parseArgs } from 'node:util'
import { type Sample, type SampleOptions, startSample } from './sample.ts'

try {
  const sample = await startSample(readOptions())
  announce(sample)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void sample.stop())
  }
} catch (error) {
  console.error(`sample: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function announce({ url, tokenUrl, clientId, clientSecret, basicClient, scopes }: Sample): void {
  console.log(JSON.stringify({ url, tokenUrl, clientId, clientSecret, basicClient, scopes }))
}

function readOptions(): SampleOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      'token-seconds': { type: 'string' },
      candidates: { type: 'string' },
      seed: { type: 'string' },
      today: { type: 'string' },
      'crowded-day': { type: 'string' },
      'crowded-date': { type: 'string' },
      'client-id': { type: 'string' },
      'client-secret': { type: 'string' },
      unlimited: { type: 'boolean' },
      'cap-per-call': { type: 'boolean' },
    },
  })
  const crowded = readNumber('crowded-day', values['crowded-day'])
  return {
    port: readNumber('port', values.port),
    tokenSeconds: readNumber('token-seconds', values['token-seconds']),
    candidates: readNumber('candidates', values.candidates),
    seed: readNumber('seed', values.seed),
    today: values.today,
    crowdedDay: crowded === undefined ? undefined : { date: values['crowded-date'], records: crowded },
    unlimited: values.unlimited,
    capPerCall: values['cap-per-call'],
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
  }
}

function readNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined
  }
  if (!/^\d+$/.test(text)) {
    throw new RangeError(`--${name} must be a whole number, not "${text}".`)
  }
  return Number(text)
}
