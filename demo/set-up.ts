import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sample } from '../sample/sample.ts'
import type { DemoBroker } from './demo-broker.ts'

const dayMs = 86_400_000
/** The sample never puts more records than this on an average day; more candidates reach further back. */
const recordsADay = 850
const leastDays = 1_100
/** What the sample allows, for each endpoint. */
const limits = '{ perSecond: 10, perMinute: 200, perHour: 3000 }'

export interface DemoParts {
  readonly sample: Sample
  readonly broker: DemoBroker
  /** How many the sample was asked for; undefined for its default. */
  readonly candidates: number | undefined
  /** The sample sets no call limits, so the broker is told of none. */
  readonly isUnlimited: boolean
}

/** Does what an administrator does before the first user comes: keys, definitions, the client secret. */
export async function setUp({ sample, broker, candidates = 0, isUnlimited }: DemoParts): Promise<void> {
  await broker.run(['init'])
  const days = Math.max(leastDays, Math.ceil(candidates / recordsADay))
  const start = new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)
  const template = await readFile(join(import.meta.dirname, 'definitions.yaml'), 'utf8')
  const definitions = template
    .replaceAll('SAMPLE_URL', sample.url)
    .replaceAll('LIMITS', isUnlimited ? '{}' : limits)
    .replaceAll('START_DATE', start)
  await broker.run(['apply', '-'], { input: definitions })
  await broker.run(['secret', 'set', 'recruitment'], { input: sample.clientSecret })
}

/** A code with which the sample user signs in once. */
export async function inviteUser(broker: DemoBroker): Promise<string> {
  const [code] = (await broker.run(['invite', 'ada@example.com'])).split('\n')
  if (code === undefined || code === '') throw new Error('sheetbroker invite printed no code.')
  return code
}
