import { BrokerError } from '../../errors/broker-error.ts'
import type { Access, ReadableDataset } from '../../identity/access.ts'
import type { Sessions } from '../../identity/sessions.ts'
import type { Clock } from '../../kernel/clock.ts'
import { makeId } from '../../kernel/id.ts'
import type { Random } from '../../kernel/random.ts'
import type { PullRecord } from '../../store/records.ts'
import type { EgressStore, PullStore } from '../../store/stores.ts'
import { parseDefinition, toPullBody } from '../bodies.ts'
import type { EventStreams } from '../event-streams.ts'
import { hasEnded, type PullWatch } from '../pull-watch.ts'
import { sendJson, type Route, type SessionCall } from '../route.ts'
import { pull as pullSchema } from '../schemas.ts'

interface PullRouteDeps {
  readonly access: Access
  readonly sessions: Sessions
  readonly pulls: PullStore
  readonly egress: EgressStore
  readonly watch: PullWatch
  readonly streams: EventStreams
  readonly clock: Clock
  readonly random: Random
  /** Called once a pull is in line, so that egress need not look for it. */
  readonly onPullRequested: () => void
}

/** An egress process that has not been heard of for so long is gone; one that starts together with web may take as long. */
const egressSilenceMs = 15_000

/** Asking for fresh data, following it, and not waiting for it any more. */
export function pullRoutes(deps: PullRouteDeps): Route[] {
  const { pulls, clock } = deps
  const startedAtMs = clock.nowMs()
  return [
    {
      method: 'post',
      path: '/api/v1/datasets/:name/pulls',
      permission: 'session',
      summary: 'Ask for fresh data; joins the pull that is under way',
      answers: {
        200: { description: 'The snapshot is fresh enough; this pull made it.', schema: pullSchema },
        202: { description: 'The pull that will bring fresh data.', schema: pullSchema },
      },
      problems: ['dataset-unknown', 'egress-missing'],
      handle: (call) => requestPull(call, deps, startedAtMs),
    },
    {
      method: 'get',
      path: '/api/v1/pulls/:id',
      permission: 'session',
      summary: 'How a pull is',
      answers: { 200: { description: 'The pull.', schema: pullSchema } },
      problems: ['pull-unknown'],
      handle: async (call) => sendJson(call.response, 200, toPullBody(await findPull(call, deps))),
    },
    {
      method: 'get',
      path: '/api/v1/pulls/:id/events',
      permission: 'session',
      summary: 'Follow a pull: an event `pull` with the pull as data on every change, until it has ended',
      answers: { 200: { description: 'Server-sent events.', mediaType: 'text/event-stream' } },
      problems: ['pull-unknown'],
      handle: (call) => streamPull(call, deps),
    },
    {
      method: 'delete',
      path: '/api/v1/pulls/:id',
      permission: 'session',
      summary: 'Wait for a pull no more; it is cancelled when nobody else does',
      answers: { 200: { description: 'The pull as it then is.', schema: pullSchema } },
      problems: ['pull-unknown'],
      handle: async (call) => {
        const pull = await findPull(call, deps)
        const withdrawn = await pulls.withdraw(pull.id, call.caller.user.id, clock.nowMs())
        sendJson(call.response, 200, toPullBody(withdrawn ?? pull))
      },
    },
  ]
}

async function requestPull(
  { caller, params, response }: SessionCall,
  deps: PullRouteDeps,
  startedAtMs: number,
): Promise<void> {
  const { access, pulls, egress, clock, random } = deps
  const readable = await access.authorise(caller.user.id, params['name'] ?? '')
  const fresh = await findFresh(readable, deps)
  if (fresh) {
    sendJson(response, 200, toPullBody(fresh))
    return
  }
  const nowMs = clock.nowMs()
  if (nowMs - Math.max(startedAtMs, await egress.lastBeatMs()) > egressSilenceMs)
    throw new BrokerError(
      'egress-missing',
      'Fresh data cannot be fetched right now; what was pulled before can be read.',
    )
  const id = makeId(random)
  const pull = await pulls.request({ id, dataset: readable.dataset.name, requestedBy: caller.user.id }, nowMs)
  deps.onPullRequested()
  response.setHeader('Location', `/api/v1/pulls/${pull.id}`)
  sendJson(response, 202, toPullBody(pull))
}

/** The pull that made what readers get now, when that is fresh enough. */
async function findFresh({ dataset }: ReadableDataset, deps: PullRouteDeps): Promise<PullRecord | undefined> {
  const ageMs = deps.clock.nowMs() - dataset.pulledAtMs
  const { freshnessSeconds } = parseDefinition(dataset)
  if (dataset.revision === 0 || ageMs >= freshnessSeconds * 1_000) return undefined
  return deps.pulls.findLastCompleted(dataset.name)
}

/** A pull of a dataset that the caller may read. */
async function findPull({ caller, params }: SessionCall, deps: PullRouteDeps): Promise<PullRecord> {
  const unknown = new BrokerError('pull-unknown', 'It may have been of a dataset that you may not read.')
  const pull = await deps.pulls.find(params['id'] ?? '')
  if (!pull) throw unknown
  try {
    await deps.access.authorise(caller.user.id, pull.dataset)
  } catch (error) {
    throw error instanceof BrokerError && error.code === 'dataset-unknown' ? unknown : error
  }
  return pull
}

async function streamPull(call: SessionCall, deps: PullRouteDeps): Promise<void> {
  const { request, response, caller, signal } = call
  const pull = await findPull(call, deps)
  const stream = deps.streams.open(response, {
    key: caller.session.id,
    recheck: async () => {
      await deps.sessions.recheck(caller)
      await deps.access.authorise(caller.user.id, pull.dataset)
    },
  })
  if (request.method === 'HEAD') {
    stream.end()
    return
  }
  const stop = deps.watch.listen(pull.id, {
    onPull: (changed) => {
      stream.send('pull', toPullBody(changed))
      if (hasEnded(changed)) stream.end()
    },
    onEnd: () => {
      stream.end()
    },
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
}
