import type { Request, Response } from 'express'
import type * as z from 'zod'
import type { ProblemCode } from '../errors/problems.ts'
import type { Caller } from '../identity/sessions.ts'

/** A request that has found its route. */
export interface Call {
  readonly request: Request
  readonly response: Response
  /** The parts of the path that the pattern names. */
  readonly params: Readonly<Record<string, string>>
  /** Only parameters that the route names, each once. */
  readonly query: ReadonlyMap<string, string>
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
}

/** A call with a proof of a device key, and no session yet. */
export interface DeviceCall extends Call {
  readonly thumbprint: string
}

/** A call by a user. */
export interface SessionCall extends Call {
  readonly caller: Caller
}

/** One possible answer, for openapi.json. */
export interface AnswerDescription {
  readonly description: string
  readonly schema?: z.ZodType
  /** `application/json` with a schema unless it says otherwise. */
  readonly mediaType?: string
}

interface RouteOf<Permission extends string, HandledCall extends Call> {
  readonly method: 'get' | 'post' | 'delete'
  /** In Express's syntax. */
  readonly path: string
  /** Who may call it. A route without a permission does not mount. */
  readonly permission: Permission
  readonly summary: string
  /** The query parameters it takes, with what they mean; any other is refused. */
  readonly query?: Readonly<Record<string, { readonly description: string; readonly schema: z.ZodType }>>
  /** Lets every query parameter through unread, for addresses that others append to. */
  readonly acceptsAnyQuery?: true
  readonly body?: z.ZodType
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /** Problems that this route adds to those of its permission. */
  readonly problems?: readonly ProblemCode[]
  readonly handle: (call: HandledCall) => Promise<void>
}

/** For everybody. */
export type PublicRoute = RouteOf<'public', Call>
/** For the holder of a device key: a proof, but no credential. */
export type DeviceRoute = RouteOf<'device', DeviceCall>
/** For users: a session's credential and a proof of its device key. */
export type SessionRoute = RouteOf<'session', SessionCall>

export type Route = PublicRoute | DeviceRoute | SessionRoute

/** Sends `body` as JSON. Nothing may keep it, unless the route has said otherwise before. */
export function sendJson(response: Response, status: number, body: unknown): void {
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store')
  response
    .status(status)
    .type('application/json; charset=utf-8')
    .send(Buffer.from(JSON.stringify(body), 'utf8'))
}
