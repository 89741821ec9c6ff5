import type {
  DatasetBody,
  DatasetSummary,
  DatasetsBody,
  FiguresBody,
  FiguresRequest,
  MeBody,
  PullBody,
  RowsBody,
  SessionCreated,
  SessionRequest,
  SignInBody,
  SignInMethodBody,
} from '../broker/http/contract.ts'
import { toRowsQuery, type RowsChoice } from './choice.ts'
import type { ClientClock } from './clock.ts'
import { ClientError } from './client-error.ts'
import { createDeviceKey } from './device-key.ts'
import { readEvents } from './event-stream.ts'
import type { SessionStorage } from './session-storage.ts'
import { Transport, type ApiRequest } from './transport.ts'

export interface BrokerClientDeps {
  readonly brokerUrl: string
  readonly storage: SessionStorage
  readonly clock: ClientClock
  readonly fetch: typeof fetch
}

export interface ReadRowsOptions extends RowsChoice {
  /** The most rows on a page; what the broker finds best when left out. */
  readonly limit?: number
  /** Only what changed after this revision. Rows that the choice no longer finds come as deleted. */
  readonly since?: number
  /** With `since` and a filter that has `now()`: what `now` was in the first page of the read that changes build on. */
  readonly sinceNow?: string
  readonly signal?: AbortSignal | undefined
}

/** An identity provider's token, and the provider's name as the broker gives it. */
export type TokenProof = Required<Pick<SessionRequest, 'token' | 'issuer'>> & Pick<SessionRequest, 'invitation'>
/** What a sign-in page handed over, and the text whose SHA-256 it was opened with. */
export type CodeProof = Required<Pick<SessionRequest, 'code' | 'verifier'>> & Pick<SessionRequest, 'invitation'>

/** One page, and how far the read has come with it. */
export interface RowsPage {
  readonly body: RowsBody
  readonly rowsRead: number
  readonly deletedRead: number
}

const pollDelayMs = 1_000
/** How long an event stream may be silent before the pull is asked for instead. */
const longestSilenceMs = 20_000
const endedStates = new Set<PullBody['state']>(['completed', 'failed', 'cancelled'])

/**
 * A reader's way to one broker from one device. Every call takes an AbortSignal and rejects with its reason when it aborts; all else
 * that fails is a `ClientError`.
 */
export class BrokerClient {
  readonly #transport: Transport
  readonly #storage: SessionStorage
  readonly #clock: ClientClock

  constructor(deps: BrokerClientDeps) {
    this.#transport = new Transport(deps)
    this.#storage = deps.storage
    this.#clock = deps.clock
  }

  /** True when this device has a session; the broker may still have ended it. */
  async isSignedIn(): Promise<boolean> {
    return (await this.#storage.load()) !== undefined
  }

  /** Whether the last session on this device was ended by its user. */
  async hasSignedOut(): Promise<boolean> {
    return (await this.#storage.hasSignedOut?.()) ?? false
  }

  /** Whether a session outlives the page; one that does not ends 30 minutes after its last use. */
  async keepsSessions(): Promise<boolean> {
    return (await this.#storage.isLasting?.()) ?? true
  }

  /** The ways to sign in that the broker offers, the best first. */
  async signInOptions(signal?: AbortSignal): Promise<readonly SignInMethodBody[]> {
    const body = await this.#transport.call({ method: 'GET', path: '/api/v1/sign-in', signal }, undefined)
    return expectShape<SignInBody>(body, ['methods']).methods
  }

  /** Starts a session with a one-time code and keeps it; makes a new device key for it. */
  redeem(invitation: string, device: string, signal?: AbortSignal): Promise<SessionCreated> {
    return this.#startSession({ invitation, device }, signal)
  }

  /** As `redeem`, with an identity provider's token. An invitation beside it links the identity to the invitation's user. */
  redeemToken(proof: TokenProof, device: string, signal?: AbortSignal): Promise<SessionCreated> {
    return this.#startSession({ ...proof, device }, signal)
  }

  /** As `redeem`, with the code of a sign-in page and the text that only its opener knows. */
  redeemCode(proof: CodeProof, device: string, signal?: AbortSignal): Promise<SessionCreated> {
    return this.#startSession({ ...proof, device }, signal)
  }

  async me(signal?: AbortSignal): Promise<MeBody> {
    return expectShape<MeBody>(await this.#get('/api/v1/me', signal), ['user', 'session'])
  }

  async datasets(signal?: AbortSignal): Promise<readonly DatasetSummary[]> {
    return expectShape<DatasetsBody>(await this.#get('/api/v1/datasets', signal), ['datasets']).datasets
  }

  async dataset(name: string, signal?: AbortSignal): Promise<DatasetBody> {
    const path = `/api/v1/datasets/${encodeURIComponent(name)}`
    return expectShape<DatasetBody>(await this.#get(path, signal), ['name', 'columns', 'key'])
  }

  /**
   * Yields the pages of one revision in order. Ends well only when every row and deletion that the first page announced has arrived.
   *
   * @throws {ClientError} `protocol` when pages do not fit together; `cursor-expired` when the revision was removed meanwhile
   */
  async *readRows(name: string, options: ReadRowsOptions = {}): AsyncGenerator<RowsPage, void, undefined> {
    const path = `/api/v1/datasets/${encodeURIComponent(name)}/rows`
    let query = toRowsQuery(options)
    let first: RowsBody | undefined
    let rowsRead = 0
    let deletedRead = 0
    for (;;) {
      const answer = await this.#get(path + query, options.signal)
      const body = expectShape<RowsBody>(answer, ['revision', 'columns', 'rows', 'keys', 'deleted'])
      first ??= body
      rowsRead += body.rows.length
      deletedRead += body.deleted.length
      if (body.revision !== first.revision || body.keys.length !== body.rows.length) throw misfit()
      yield { body, rowsRead, deletedRead }
      if (body.next === null) break
      if (body.rows.length + body.deleted.length === 0) throw misfit()
      query = `?cursor=${encodeURIComponent(body.next)}`
    }
    if (rowsRead !== first.totalRows || deletedRead !== first.totalDeleted) throw misfit()
  }

  /** Answers to single questions, all in one request. What is wrong with a question is its answer. */
  async figures(request: FiguresRequest, signal?: AbortSignal): Promise<FiguresBody> {
    const answer = await this.#call({ method: 'POST', path: '/api/v1/figures', body: request, signal })
    const body = expectShape<FiguresBody>(answer, ['datasets', 'answers'])
    if (body.answers.length === request.questions.length) return body
    throw new ClientError('protocol', 'The broker did not answer every question.')
  }

  /** Asks for fresh data: the pull now under way, or the one that already made a fresh enough snapshot. */
  async requestPull(name: string, signal?: AbortSignal): Promise<PullBody> {
    const path = `/api/v1/datasets/${encodeURIComponent(name)}/pulls`
    return expectPull(await this.#call({ method: 'POST', path, signal }))
  }

  /**
   * Yields the pull's state as it changes, and last the state it ended with. When the event stream breaks it asks instead, once a
   * second.
   */
  async *followPull(id: string, signal?: AbortSignal): AsyncGenerator<PullBody, void, undefined> {
    const path = `/api/v1/pulls/${encodeURIComponent(id)}`
    try {
      for await (const pull of this.#streamPull(path, signal)) {
        yield pull
        if (endedStates.has(pull.state)) return
      }
    } catch (error) {
      if (signal?.aborted || (error instanceof ClientError && error.kind === 'problem')) throw error
      // A proxy that does not let streams through, or cut this one: asking still works.
    }
    for (;;) {
      const pull = expectPull(await this.#get(path, signal))
      yield pull
      if (endedStates.has(pull.state)) return
      await this.#clock.wait(pollDelayMs, signal)
    }
  }

  /** No longer waits for a pull; the broker stops it when nobody else does. */
  async withdraw(id: string, signal?: AbortSignal): Promise<void> {
    await this.#call({ method: 'DELETE', path: `/api/v1/pulls/${encodeURIComponent(id)}`, signal })
  }

  /** Ends the session, at the broker where it can be reached, and on this device in any case. */
  async signOut(signal?: AbortSignal): Promise<void> {
    try {
      if (await this.isSignedIn()) await this.#call({ method: 'DELETE', path: '/api/v1/sessions/current', signal })
    } catch (error) {
      // Signing out must not depend on the network: without its key the session is of no use to anyone.
      if (!(error instanceof ClientError)) throw error
    } finally {
      await this.#storage.clear()
    }
  }

  async #startSession(request: SessionRequest, signal: AbortSignal | undefined): Promise<SessionCreated> {
    const key = await createDeviceKey()
    const body: SessionRequest = (await this.keepsSessions()) ? request : { ...request, isTemporary: true }
    const answer = await this.#transport.call(
      { method: 'POST', path: '/api/v1/sessions', body, signal },
      { key, credential: undefined },
    )
    const created = expectShape<SessionCreated>(answer, ['credential', 'session', 'user'])
    await this.#storage.save({ credential: created.credential, key })
    return created
  }

  /** The stream's events, until it ends, fails, or has been silent for so long that something on the way may hold it back. */
  async *#streamPull(path: string, signal: AbortSignal | undefined): AsyncGenerator<PullBody> {
    const stop = new AbortController()
    const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
    try {
      const request: ApiRequest = { method: 'GET', path: `${path}/events`, signal: either }
      const response = await this.#endAfterSilence(this.#transport.open(request, await this.#sender()), either)
      if (!response?.body) return
      const events = readEvents(response.body)
      for (;;) {
        const event = await this.#endAfterSilence(events.next(), either)
        if (!event || event.done) return
        yield expectPull(parseEvent(event.value))
      }
    } finally {
      stop.abort()
    }
  }

  async #endAfterSilence<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
    const ended = new AbortController()
    const silence = this.#clock.wait(longestSilenceMs, AbortSignal.any([signal, ended.signal])).then(() => undefined)
    try {
      return await Promise.race([work, silence])
    } finally {
      ended.abort()
      silence.catch(() => undefined)
      // A stream that is given up rejects later; nobody waits for it then.
      work.catch(() => undefined)
    }
  }

  #get(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#call({ method: 'GET', path, signal })
  }

  async #call(request: ApiRequest): Promise<unknown> {
    return this.#transport.call(request, await this.#sender())
  }

  async #sender() {
    const stored = await this.#storage.load()
    if (stored) return stored
    const problem = {
      type: '/problems/session-required',
      title: 'Sign in to use the broker',
      status: 401,
      detail: 'There is no session on this device.',
      code: 'session-required',
      retryable: false,
    }
    throw new ClientError('problem', problem.detail, { problem })
  }
}

function expectPull(body: unknown): PullBody {
  return expectShape<PullBody>(body, ['id', 'state', 'rows'])
}

function parseEvent(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch (cause) {
    throw new ClientError('protocol', 'The broker sent an event that cannot be read.', { cause })
  }
}

/** The body as `Shape`, after a look at the members that tell it from an answer of something else than the broker. */
function expectShape<Shape>(body: unknown, members: readonly (keyof Shape & string)[]): Shape {
  if (typeof body === 'object' && body !== null && members.every((member) => member in body)) return body as Shape
  throw new ClientError('protocol', 'The broker sent an answer that this version does not understand.')
}

function misfit(): ClientError {
  return new ClientError('protocol', 'The pages of the broker do not fit together; nothing was changed. Try again.')
}
