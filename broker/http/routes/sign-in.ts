// What a browser needs to sign in with an identity provider: what is offered, and the way there and back.
import type { Response } from 'express'
import * as z from 'zod'
import { BrokerError } from '../../errors/broker-error.ts'
import { dialogLifetimeMs, type DialogSignIns } from '../../identity/sign-in/dialog-sign-ins.ts'
import type { Issuer } from '../../identity/sign-in/sign-in-settings.ts'
import type { Log } from '../../kernel/log.ts'
import type { SignInBody, SignInMethodBody } from '../contract.ts'
import { addressKey, type RateLimit } from '../rate-limits.ts'
import { contextOf } from '../request-context.ts'
import { sendJson, type AnswerDescription, type Call, type Route } from '../route.ts'
import { signIn } from '../schemas.ts'

/** The pages of the add-in's folder that a dialog opens with and ends on. */
const firstPage = '/addin/sign-in.html'
const lastPage = '/addin/signed-in.html'
export const callbackPath = '/sign-in/callback'

/** `__Host-`: no other host can set it, and it goes to this one alone, over https alone. RFC 6265bis section 4.1.3. */
const cookieName = '__Host-sheetbroker-sign-in'
const challengeForm = /^[\w-]{43}$/

interface SignInRouteDeps {
  readonly issuers: readonly Issuer[]
  readonly dialogs: DialogSignIns
  readonly publicUrl: string
  /** Each counts by address; the callback by itself, as a sign-in has both. */
  readonly starts: RateLimit
  readonly callbacks: RateLimit
  readonly log: Log
}

/** What is offered, and the pages of the dialog. */
export function signInRoutes(deps: SignInRouteDeps): Route[] {
  const body: SignInBody = { methods: listMethods(deps.issuers, deps.publicUrl) }
  const offers: Route = {
    method: 'get',
    path: '/api/v1/sign-in',
    permission: 'public',
    summary: 'The ways to sign in that this broker offers',
    answers: { 200: { description: 'Ways to sign in, the best one first.', schema: signIn } },
    handle: ({ response }) => {
      sendJson(response, 200, body)
      return Promise.resolve()
    },
  }
  return [offers, beginRoute(deps), callbackRoute(deps)]
}

function listMethods(issuers: readonly Issuer[], publicUrl: string): readonly SignInMethodBody[] {
  const order = ['nested-app', 'office-token', 'dialog'] as const
  const methods = order.flatMap((kind) =>
    issuers.filter((issuer) => issuer.methods.has(kind)).map((issuer) => describeMethod(kind, issuer, publicUrl)),
  )
  return [...methods, { kind: 'invitation' }]
}

function describeMethod(
  kind: Exclude<SignInMethodBody['kind'], 'invitation'>,
  { name: issuer, label, clientId, authority, nestedScopes: scopes }: Issuer,
  publicUrl: string,
): SignInMethodBody {
  switch (kind) {
    case 'nested-app':
      return { kind, issuer, label, clientId, authority, scopes }
    case 'office-token':
      return { kind, issuer, label }
    case 'dialog':
      return { kind, issuer, label, url: `${publicUrl}${firstPage}?issuer=${issuer}` }
  }
}

const redirects: Readonly<Record<number, AnswerDescription>> = {
  303: { description: 'The next page, for a browser; a failure leads to the last page and is named there.' },
}

function beginRoute({ dialogs, starts, log }: SignInRouteDeps): Route {
  return {
    method: 'get',
    path: '/sign-in/start',
    permission: 'public',
    summary: 'Begin a sign-in on a page of the identity provider',
    query: {
      issuer: { description: 'Its name, from `GET /api/v1/sign-in`.', schema: z.string() },
      challenge: { description: 'SHA-256 of the verifier, base64url.', schema: z.string().regex(challengeForm) },
    },
    answers: redirects,
    problems: ['request-invalid'],
    handle: async (call) => {
      const challenge = call.query.get('challenge') ?? ''
      if (!challengeForm.test(challenge))
        throw new BrokerError('request-invalid', 'challenge: Write a SHA-256 in base64url.')
      await lead(call, log, async () => {
        await starts.consume(addressKey(call.request.ip))
        const { location, pending } = await dialogs.begin(call.query.get('issuer') ?? '', challenge)
        setCookie(call.response, pending, dialogLifetimeMs / 1_000)
        return location.href
      })
    },
  }
}

function callbackRoute({ dialogs, callbacks, log }: SignInRouteDeps): Route {
  return {
    method: 'get',
    path: callbackPath,
    permission: 'public',
    summary: 'Where the identity provider sends the browser back to',
    // Providers add parameters of their own.
    acceptsAnyQuery: true,
    answers: redirects,
    handle: async (call) => {
      const { request, response } = call
      const start = request.originalUrl.indexOf('?')
      const parameters = new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1))
      setCookie(response, '', 0)
      await lead(call, log, async () => {
        await callbacks.consume(addressKey(request.ip))
        return `${lastPage}#code=${await dialogs.complete(parameters, readCookie(request.headers.cookie))}`
      })
    },
  }
}

/** Sends the browser on. A person is looking, so an expected failure leads to a page, not to a problem document. */
async function lead({ response }: Call, log: Log, findNext: () => Promise<string>): Promise<void> {
  // A dialog must stay connected with the pane that opened it, also through redirects.
  response.removeHeader('Cross-Origin-Opener-Policy')
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Location', await findNext().catch((error: unknown) => explain(error, response, log)))
  response.status(303).end()
}

function explain(error: unknown, response: Response, log: Log): string {
  if (!(error instanceof BrokerError)) throw error
  const { code, cause } = error
  log.warn('sign-in page not finished', { requestId: contextOf(response).id, code, cause })
  return `${lastPage}#problem=${code}`
}

function setCookie(response: Response, value: string, seconds: number): void {
  const attributes = `Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
  response.setHeader('Set-Cookie', `${cookieName}=${value}; ${attributes}`)
}

function readCookie(header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1)
}
