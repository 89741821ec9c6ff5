import type { Redemptions } from '../../identity/invitation.ts'
import type { Sessions } from '../../identity/sessions.ts'
import { toSessionBody, toUserBody } from '../bodies.ts'
import type { MeBody, SessionCreated } from '../contract.ts'
import { readJsonBody } from '../json-body.ts'
import { addressKey, type RateLimit } from '../rate-limits.ts'
import { sendJson, type Route } from '../route.ts'
import { me, sessionCreated, sessionRequest } from '../schemas.ts'

interface SessionRouteDeps {
  readonly sessions: Sessions
  readonly redemptions: Redemptions
  /** Counts sign-ins by address. */
  readonly signIns: RateLimit
}

/** Signing in and out, and who one is. */
export function sessionRoutes({ sessions, redemptions, signIns }: SessionRouteDeps): Route[] {
  return [
    {
      method: 'post',
      path: '/api/v1/sessions',
      permission: 'device',
      summary: 'Start a session with an invitation; it is bound to the key of the proof',
      body: sessionRequest,
      answers: { 201: { description: 'The session. Its credential is shown once.', schema: sessionCreated } },
      problems: ['invitation-invalid', 'user-inactive', 'media-type-unsupported', 'request-too-large'],
      handle: async (call) => {
        await signIns.consume(addressKey(call.request.ip))
        const { invitation, device } = await readJsonBody(call, sessionRequest)
        const { thumbprint } = call
        const { credential, session, user } = await redemptions.redeem({ invitation, device, thumbprint })
        const body: SessionCreated = { credential, session: toSessionBody(session), user: toUserBody(user) }
        sendJson(call.response, 201, body)
      },
    },
    {
      method: 'delete',
      path: '/api/v1/sessions/current',
      permission: 'session',
      summary: 'End the session',
      answers: { 204: { description: 'It has ended; its credential is worth nothing.' } },
      handle: async ({ caller, response }) => {
        await sessions.end(caller.session)
        response.status(204).end()
      },
    },
    {
      method: 'get',
      path: '/api/v1/me',
      permission: 'session',
      summary: 'Whose session this is',
      answers: { 200: { description: 'User and session.', schema: me } },
      handle: ({ caller, response }) => {
        const body: MeBody = { user: toUserBody(caller.user), session: toSessionBody(caller.session) }
        sendJson(response, 200, body)
        return Promise.resolve()
      },
    },
  ]
}
