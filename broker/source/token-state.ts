// What all instances know together of a source's tokens, as it is written down. Instants are the ledger's clock's, and each
// comes with the one it is counted from: a clock that was set back makes an instant lie before its own beginning, which shows.
import * as z from 'zod'
import { problems, type ProblemCode } from '../errors/problems.ts'

const instant = z.number()
const count = z.number().int().min(0)

const problemCode = z.custom<ProblemCode>((value) => typeof value === 'string' && Object.hasOwn(problems, value))

/** Why nobody asks the token endpoint for now. */
const hold = z.object({
  /** `pause`: it asks for patience or failed. `refusal`: it said no, and says so again unless the secrets change. */
  kind: z.enum(['pause', 'refusal']),
  sinceMs: instant,
  untilMs: instant,
  /** How many in a row, this one included. */
  times: count,
  code: problemCode,
  message: z.string(),
  isLimit: z.boolean(),
  /** The secrets that were refused. */
  secrets: z.string(),
})

const scopeState = z.object({
  /** Rises with every lease, so that a holder who was replaced can be told from the one who holds it now. */
  fence: count.default(0),
  lease: z.object({ holder: z.string(), sinceMs: instant, untilMs: instant }).optional(),
  /** The newest token's; rises with every token. */
  generation: count.default(0),
  token: z.object({ sealed: z.string(), grantedAtMs: instant, lifetimeMs: z.number() }).optional(),
  /** The newest generation that the API refused although it lived, and when that was. */
  refusedGeneration: count.default(0),
  refusedAtMs: instant.optional(),
  hold: hold.optional(),
  /** The secret that was taken last. */
  workingSecret: z.string().optional(),
  usedAtMs: instant.default(0),
})

const tokenState = z.object({
  /** When the token endpoint was asked in the last hour, oldest first. */
  exchanges: z.array(instant).default([]),
  alertedAtMs: instant.optional(),
  /** By digest of all that a token depends on. */
  scopes: z.record(z.string(), scopeState).default({}),
})

export type Hold = z.infer<typeof hold>
export type ScopeState = z.infer<typeof scopeState>
export type TokenState = z.infer<typeof tokenState>

/** The state that `text` holds; an empty one for undefined, and for what another version wrote in a form of its own. */
export function parseTokenState(text: string | undefined): TokenState {
  const { data } = tokenState.safeParse(text === undefined ? {} : JSON.parse(text))
  return data ?? tokenState.parse({})
}

/** The state of one scope set; a fresh one before its first token. */
export function scopeOf(state: TokenState, digest: string): ScopeState {
  return state.scopes[digest] ?? scopeState.parse({})
}

/** Whether `nowMs` lies in the span. Not when the clock was set back to before its beginning. */
export function isWithin(nowMs: number, span: { readonly sinceMs: number; readonly untilMs: number }): boolean {
  return nowMs >= span.sinceMs - clockSlackMs && nowMs < span.untilMs
}

/** Clocks that are kept in step move back by a little now and then. */
export const clockSlackMs = 1_000
