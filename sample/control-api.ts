// What a vendor does not have: the levers and the independent truth, under /_sample/, without any token.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { send } from './api-server.ts'
import type { CallCounts } from './call-counts.ts'
import { RecordChecksum, selectFields } from './checksum.ts'
import type { Answer } from './endpoint.ts'
import { type Faults, faultSchema } from './faults.ts'
import type { OAuthServer } from './oauth-server.ts'
import type { PublicData } from './public-data/data.ts'
import type { Agency, TickResult } from './recruitment/agency.ts'
import type { TokenCheck } from './token-check.ts'

export const CONTROL_PREFIX = '/_sample/'

/** How many candidates a tick changes when it is not told. */
export const changesSchema = z.strictObject({
  updated: z.coerce.number().int().nonnegative().default(50),
  added: z.coerce.number().int().nonnegative().default(20),
  deleted: z.coerce.number().int().nonnegative().default(10),
})

const secretSchema = z.strictObject({ clientId: z.string(), clientSecret: z.string().min(1) })
const RECORDS_A_TURN = 2_000

export interface ControlApiDeps {
  readonly agency: Agency
  readonly publicData: PublicData
  readonly faults: Faults
  readonly counts: CallCounts
  readonly tokenCheck: TokenCheck
  readonly oauth: OAuthServer
  readonly tick: (changes: z.output<typeof changesSchema>) => TickResult
}

type Action = (body: unknown, url: URL) => Answer | Promise<Answer>

/** The control endpoints; see README.md for each. */
export class ControlApi {
  readonly #deps: ControlApiDeps
  readonly #actions: Readonly<Record<string, Action>>

  constructor(deps: ControlApiDeps) {
    this.#deps = deps
    this.#actions = {
      'GET stats': () => ok(deps.counts.read()),
      'POST reset-stats': () => {
        deps.counts.reset()
        return ok(deps.counts.read())
      },
      'POST tick': (body, url) => ok(deps.tick(changesSchema.parse({ ...asObject(body), ...queryOf(url) }))),
      'GET records': (_body, url) => this.#answerRecords(url),
      'GET faults': () => ok(deps.faults.list()),
      'POST faults': (body) => ok(deps.faults.add(faultSchema.parse(body))),
      'DELETE faults': () => {
        deps.faults.clear()
        return ok([])
      },
      'POST revoke-tokens': () => ok({ revoked: deps.tokenCheck.revokeSeen() }),
      'POST replace-secret': (body) => {
        const { clientId, clientSecret } = secretSchema.parse(body)
        return deps.oauth.replaceSecret(clientId, clientSecret) ? ok({ clientId }) : missing('No such client.')
      },
    }
  }

  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = `${request.method ?? ''} ${url.pathname.slice(CONTROL_PREFIX.length)}`
    const body = await text(request)
    if (name === 'GET records' && url.searchParams.has('as')) {
      await this.#streamRecords(response, url)
      return
    }
    send(response, await this.#answer(name, body, url))
  }

  async #answer(name: string, body: string, url: URL): Promise<Answer> {
    const action = this.#actions[name]
    if (action === undefined) {
      return missing(`There is no ${name}. There are: ${Object.keys(this.#actions).join(', ')}.`)
    }
    try {
      return await action(body === '' ? {} : JSON.parse(body), url)
    } catch (error) {
      if (error instanceof z.ZodError) {
        return { status: 400, body: { message: z.prettifyError(error) } }
      }
      if (error instanceof SyntaxError) {
        return { status: 400, body: { message: 'The body is not JSON.' } }
      }
      throw error
    }
  }

  async #answerRecords(url: URL): Promise<Answer> {
    const set = url.searchParams.get('set') ?? 'candidates'
    const records = await this.#findRecords(set)
    if (records === undefined) {
      return missing(`There is no set "${set}".`)
    }
    const fields = url.searchParams.get('fields')?.split(',')
    const checksum = new RecordChecksum()
    for (const record of records) {
      checksum.add(JSON.stringify(fields === undefined ? record : selectFields(record, fields)))
      if (checksum.count % RECORDS_A_TURN === 0) {
        await setImmediate()
      }
    }
    return ok({ set, count: checksum.count, checksum: checksum.hex() })
  }

  async #streamRecords(response: ServerResponse, url: URL): Promise<void> {
    const set = url.searchParams.get('set') ?? 'candidates'
    const records = await this.#findRecords(set)
    if (records === undefined || url.searchParams.get('as') !== 'ndjson') {
      send(response, missing('Records are given of a known set, as ndjson.'))
      return
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    let lines: string[] = []
    for (const record of records) {
      lines.push(JSON.stringify(record))
      if (lines.length === RECORDS_A_TURN) {
        response.write(`${lines.join('\n')}\n`)
        lines = []
        await setImmediate()
      }
    }
    response.end(lines.length === 0 ? '' : `${lines.join('\n')}\n`)
  }

  async #findRecords(set: string): Promise<Iterable<unknown> | undefined> {
    const { agency, publicData } = this.#deps
    switch (set) {
      case 'candidates':
      case 'companies':
      case 'jobs':
      case 'placements':
        return agency.sets[set].all()
      case 'cities':
        return publicData.cities()
      case 'movies':
        return publicData.movies()
      default:
        return undefined
    }
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body }
}

function missing(message: string): Answer {
  return { status: 404, body: { message } }
}

function asObject(body: unknown): object {
  return z.looseObject({}).parse(body)
}

function queryOf(url: URL): Record<string, string> {
  return Object.fromEntries(url.searchParams)
}
