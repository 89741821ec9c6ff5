import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'
import type { HttpAnswer } from './http-caller.ts'
import { findAt, isJsonObject, parseJson, type JsonObject, type JsonValue } from './json.ts'
import { parseRetryAfter, type Setback } from './retry.ts'
import { cleanDetail, quoteDetail } from './upstream-text.ts'

export interface GrantedToken {
  readonly kind: 'token'
  readonly accessToken: Secret
  /** Counted from the request's start. */
  readonly lifetimeSeconds: number
  /** What was odd about the stated lifetime, if anything. */
  readonly lifetimeNote: string | undefined
}

/** An answer that asking again does not change. */
export interface TokenRefusal {
  readonly kind: 'refusal'
  readonly error: BrokerError
}

/** What is sent and said of a request, for judging its answer. */
export interface AnswerContext {
  readonly auth: Pick<TokenAuthDefinition, 'token' | 'dpop'>
  /** What must not reach a message. */
  readonly secrets: readonly string[]
  readonly nowMs: number
}

export type TokenOutcome = GrantedToken | TokenRefusal | Setback

/** What a token is taken to live when its answer does not say, or says nothing sensible. */
const assumedLifetimeSeconds = 300
const longestLifetimeSeconds = 86_400
/** A number this close to now, in seconds since 1970, is no lifetime. */
const nearSeconds = 31 * 86_400
/** Larger tokens do not fit into the headers that common servers take. */
const longestToken = 16_384

const refusalWords: Readonly<Record<string, string>> = {
  invalid_client: 'The client id or the client secret is wrong, or the credentials were replaced or withdrawn.',
  unauthorized_client: 'This client may not use the client-credentials grant.',
  invalid_grant: 'The credentials are not, or no longer, valid.',
  access_denied: 'The client may not have a token.',
  invalid_scope: 'A scope in the definition is misspelt, or this client may not have it.',
  unsupported_grant_type: 'The token endpoint does not offer the client-credentials grant.',
  invalid_request: 'The token request lacks something or has too much; compare auth.method and auth.parameters.',
}
const aboutCredentials = new Set(['invalid_client', 'unauthorized_client', 'invalid_grant', 'access_denied'])

/**
 * Judges the token endpoint's answer: a token, a refusal, or a setback after which trying again may help.
 * Of what the server says only RFC 6749's error code and a cleaned description reach a message.
 *
 * @see RFC 6749 sections 5.1 and 5.2
 */
export function judgeTokenAnswer(answer: HttpAnswer, context: AnswerContext): TokenOutcome {
  const { status } = answer
  if (status === 408 || status === 429 || status >= 500) return judgeFailure(answer, context.nowMs)
  if (status >= 300 && status < 400) {
    return refuse('source-redirect', `The token endpoint answered with a redirect (${status}), which is not followed.`)
  }
  const body = readBody(answer)
  if (status >= 200 && status < 300) {
    if (body === undefined) {
      return setback('source-token', 'The token endpoint gave an empty or unreadable answer.', undefined)
    }
    if (hasNoError(body)) return judgeGrant(body, context)
  }
  return judgeRefusal(status, isJsonObject(body) ? body : {}, context.secrets)
}

function judgeFailure(answer: HttpAnswer, nowMs: number): Setback {
  const { status } = answer
  const retryAfterMs = parseRetryAfter(answer.headers, nowMs)
  const isLimit = status === 429 || (status === 503 && retryAfterMs !== undefined)
  if (!isLimit) return setback('source-failed', `The token endpoint failed (${status}).`, retryAfterMs)
  const error = new BrokerError('source-limited', `The token endpoint allows no more requests for now (${status}).`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
  return { kind: 'setback', error, isLimit: true, retryAfterMs }
}

/** Some vendors write `"error": null` or `""` beside a token. */
function hasNoError(body: JsonValue): boolean {
  const error = findAt(body, '/error')
  return error === undefined || error === null || error === '' || error === false
}

function judgeGrant(body: JsonValue, { auth, nowMs }: AnswerContext): TokenOutcome {
  const { pointer, lifetimePointer, type, lifetimeSeconds } = auth.token
  if (!isJsonObject(body)) return refuse('source-token', 'The token endpoint answered with JSON that is no object.')
  const accessToken = findAt(body, pointer)
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]+$/.test(accessToken) || accessToken.length > longestToken) {
    const place = pointer === '/access_token' ? 'access_token' : `token at ${pointer}`
    return refuse('source-token', `The token endpoint gave no usable ${place}.`)
  }
  const expected = auth.dpop ? 'DPoP' : 'Bearer'
  const tokenType = findAt(body, '/token_type')
  if (type !== 'any' && (typeof tokenType !== 'string' || tokenType.toLowerCase() !== expected.toLowerCase())) {
    return refuse('source-token', `The token endpoint gave a token of another type than ${expected}.`)
  }
  const lifetime = readLifetime(findAt(body, lifetimePointer), lifetimeSeconds, nowMs)
  return { kind: 'token', accessToken: new Secret(accessToken), ...lifetime }
}

type Lifetime = Pick<GrantedToken, 'lifetimeSeconds' | 'lifetimeNote'>

/**
 * A number, or a text that is one, of seconds. Missing, garbled, zero and negative values say nothing that can be lived
 * by: 300 s are assumed, or what the definition says (a token that dies earlier is renewed on the API's 401). An instant
 * near now, in seconds or milliseconds of the Unix epoch, means the end. More than a day counts as a day.
 */
function readLifetime(value: JsonValue | undefined, definedSeconds: number | undefined, nowMs: number): Lifetime {
  const assume = (lifetimeNote: string | undefined): Lifetime => {
    return { lifetimeSeconds: definedSeconds ?? assumedLifetimeSeconds, lifetimeNote }
  }
  if (value === undefined || value === null) return assume(definedSeconds === undefined ? 'missing' : undefined)
  const seconds = toNumber(value)
  if (seconds === undefined) return assume(typeof value === 'string' ? 'a text that is no number' : 'not a number')
  if (seconds <= 0) return assume('zero or less')
  const leftSeconds = [seconds, seconds / 1000]
    .map((end) => end - nowMs / 1000)
    .find((left) => Math.abs(left) < nearSeconds)
  if (leftSeconds !== undefined) {
    return leftSeconds > 0
      ? { lifetimeSeconds: Math.min(leftSeconds, longestLifetimeSeconds), lifetimeNote: 'an instant' }
      : assume('an instant that is over')
  }
  if (seconds > longestLifetimeSeconds) {
    return { lifetimeSeconds: longestLifetimeSeconds, lifetimeNote: 'more than a day' }
  }
  return { lifetimeSeconds: seconds, lifetimeNote: undefined }
}

function toNumber(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}

function judgeRefusal(status: number, body: JsonObject, secrets: readonly string[]): TokenRefusal {
  const stated = findAt(body, '/error')
  const code = typeof stated === 'string' && /^[a-z_]{1,40}$/.test(stated) ? stated : undefined
  const description = findAt(body, '/error_description')
  const detail = typeof description === 'string' ? cleanDetail(description, secrets) : ''
  const words = code === undefined ? undefined : refusalWords[code]
  const message = [
    code === undefined ? `The token endpoint refused (${status}).` : `The token endpoint refused: ${code} (${status}).`,
    words ?? (status === 404 || status === 405 ? 'Is auth.tokenUrl right?' : undefined),
  ]
  const isAboutCredentials = code === undefined ? status === 401 || status === 403 : aboutCredentials.has(code)
  return refuse(
    isAboutCredentials ? 'source-credentials' : 'source-token-refused',
    message.filter((part) => part !== undefined).join(' ') + quoteDetail(detail),
  )
}

function readBody(answer: HttpAnswer): JsonValue | undefined {
  try {
    return parseJson(answer.body)
  } catch (error) {
    if (error instanceof BrokerError) return undefined
    throw error
  }
}

function refuse(code: BrokerError['code'], message: string): TokenRefusal {
  return { kind: 'refusal', error: new BrokerError(code, message) }
}

function setback(code: BrokerError['code'], message: string, retryAfterMs: number | undefined): Setback {
  return { kind: 'setback', error: new BrokerError(code, message), isLimit: false, retryAfterMs }
}
