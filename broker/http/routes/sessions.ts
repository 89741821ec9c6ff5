import type { Redemptions } from '../../identity/invitation.ts'
import type { DeviceRequest, Sessions } from '../../identity/sessions.ts'
import type { SignIns, UserSession } from '../../identity/sign-in/sign-ins.ts'
import { toSessionBody, toUserBody } from '../bodies.ts'
import type { MeBody, SessionCreated, SessionRequest } from '../contract.ts'
import { readJsonBody } from '../json-body.ts'
import { addressKey, type RateLimit } from '../rate-limits.ts'
import { sendJson, type Route } from '../route.ts'
import { me, sessionCreated, sessionRequest } from '../schemas.ts'

interface SessionRouteDeps {
  readonly sessions: Sessions
  readonly redemptions: Redemptions
  readonly withIdentity: SignIns
  /** Counts sign-ins by address. */
  readonly signIns: RateLimit
}

/** Signing in and out, and who one is. */
export function sessionRoutes(deps: SessionRouteDeps): Route[] {
  const { sessions, signIns } = deps
  return [
    {
      method: 'post',
      path: '/api/v1/sessions',
      permission: 'device',
      summary: 'Start a session with an invitation, a token or a sign-in code; it is bound to the key of the proof',
      body: sessionRequest,
      answers: { 201: { description: 'The session. Its credential is shown once.', schema: sessionCreated } },
      problems: [
        ...(['invitation-invalid', 'user-inactive', 'token-invalid', 'sign-in-invalid', 'account-required'] as const),
        ...(['identity-taken', 'issuer-unreachable', 'media-type-unsupported', 'request-too-large'] as const),
      ],
      handle: async (call) => {
        await signIns.consume(addressKey(call.request.ip))
        const { device, isTemporary, ...proof } = await readJsonBody(call, sessionRequest)
        const kind = isTemporary === true ? 'temporary' : 'kept'
        const { credential, session, user } = await start(proof, { device, kind, thumbprint: call.thumbprint }, deps)
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

function start(
  { invitation, token, issuer, code, verifier }: Omit<SessionRequest, 'device' | 'isTemporary'>,
  request: DeviceRequest,
  { redemptions, withIdentity }: SessionRouteDeps,
): Promise<UserSession> {
  if (token !== undefined) return withIdentity.withToken({ token, issuer }, request, invitation)
  if (code !== undefined) return withIdentity.withCode({ code, verifier: verifier ?? '' }, request, invitation)
  return redemptions.redeem({ invitation: invitation ?? '' }, request)
}
