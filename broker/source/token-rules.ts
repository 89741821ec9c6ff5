// The rules by which instances share a source's tokens: functions from what is written down to what is written next. A ledger
// runs each of them alone, one after the other.
import type { AuthDefinition } from '../dataset/auth-definition.ts'
import { clockSlackMs, isWithin, scopeOf, type Hold, type ScopeState, type TokenState } from './token-state.ts'

export type TokenBudget = Exclude<AuthDefinition, { method: 'static' }>['tokenBudget']

/** A holder that does not renew its lease for so long is taken for dead. */
export const leaseMs = 4_000
export const leaseRenewMs = 1_200
/** How often those who wait for a holder look again; with the lease it makes less than five seconds. */
export const lookAgainMs = 500

const minuteMs = 60_000
const hourMs = 3_600_000
/** Between two renewals because of a 401: a token that is as young is refused for what it is, unless it had worked before. */
const renewalGapMs = 30_000
/** From this part of a budget on, tokens are used to their end instead of being renewed early. */
const sparingPart = 0.5
const alertPart = 0.8
/** Each change of a definition's `auth` makes a scope set of its own. */
const mostScopes = 20
/** Token servers count whole seconds, so a token may die up to a second before its lifetime is over. */
const marginMs = 1_000

export interface ClaimRequest {
  readonly digest: string
  readonly holder: string
  /** The asker has this generation, or had it. */
  readonly newerThan: number
  /** False: the asker's token lives, and a new one would only be better. */
  readonly isUrgent: boolean
  /** Names the secrets that would be tried. */
  readonly secrets: string
  readonly budget: TokenBudget
}

/** A token that is written down. */
export interface SharedToken {
  readonly generation: number
  readonly sealed: string
  /** How long ago its exchange began. */
  readonly ageMs: number
  readonly lifetimeMs: number
}

export type ClaimAnswer =
  | { readonly kind: 'token'; readonly token: SharedToken }
  /** The asker is to exchange a token, and holds the lease until it has. */
  | {
      readonly kind: 'lease'
      readonly fence: number
      /** When it was given. */
      readonly sinceMs: number
      readonly workingSecret: string | undefined
      readonly use: BudgetUse
    }
  /** Somebody else is at it. */
  | { readonly kind: 'busy' }
  /** Not now; only to those who are in no hurry. */
  | { readonly kind: 'later' }
  | { readonly kind: 'held'; readonly hold: Hold; readonly waitMs: number }
  | { readonly kind: 'over-budget'; readonly waitMs: number }

/** Where a budget stands. */
export interface BudgetUse extends Exchanges {
  readonly isNearlySpent: boolean
  /** Somebody must be told: nearly spent, and nobody was told in the last hour. */
  readonly isAlert: boolean
}

interface Exchanges {
  readonly inLastMinute: number
  readonly inLastHour: number
}

export interface Ruling<Answer> {
  readonly state: TokenState
  readonly answer: Answer
}

/** How much of a token's life can be used: all but a second, or half of a very short one. */
export function usableMs(lifetimeMs: number): number {
  return lifetimeMs - Math.min(marginMs, lifetimeMs / 2)
}

/** The token that lives, or the right to exchange a new one, or why there is neither. */
export function claim(before: TokenState, request: ClaimRequest, nowMs: number): Ruling<ClaimAnswer> {
  const state = prune(before, nowMs)
  const scope = scopeOf(state, request.digest)
  const token = findLiving(scope, request.newerThan, nowMs)
  if (token) return { state, answer: { kind: 'token', token } }
  if (scope.lease && isWithin(nowMs, scope.lease)) return { state, answer: { kind: 'busy' } }
  const { hold } = scope
  if (hold && isWithin(nowMs, hold) && (hold.kind === 'pause' || hold.secrets === request.secrets)) {
    return { state, answer: { kind: 'held', hold, waitMs: hold.untilMs - nowMs } }
  }
  const waitMs = overBudgetMs(state, request.budget, nowMs)
  if (!request.isUrgent && isPast(sparingPart, useOf(state, nowMs), request.budget)) {
    return { state, answer: { kind: 'later' } }
  }
  if (waitMs > 0) return { state, answer: { kind: 'over-budget', waitMs } }
  const fence = scope.fence + 1
  const lease = { holder: request.holder, sinceMs: nowMs, untilMs: nowMs + leaseMs }
  // A database that was restored from a backup knows fewer generations than the instances; theirs must go on rising.
  const known = request.newerThan > scope.generation ? { generation: request.newerThan, token: undefined } : {}
  const leased = put(state, request.digest, { ...scope, ...known, fence, lease, usedAtMs: nowMs })
  const { state: spent, answer: use } = spend(leased, request.budget, nowMs)
  const { workingSecret } = scope
  return { state: spent, answer: { kind: 'lease', fence, sinceMs: nowMs, workingSecret, use } }
}

/** Counts a further request of an exchange that has its lease, or says how long until the budget has room for it. */
export function spendFurther(
  before: TokenState,
  budget: TokenBudget,
  nowMs: number,
): Ruling<
  | { readonly kind: 'spent'; readonly use: BudgetUse; readonly atMs: number }
  | { readonly kind: 'over-budget'; readonly waitMs: number }
> {
  const state = prune(before, nowMs)
  const waitMs = overBudgetMs(state, budget, nowMs)
  if (waitMs > 0) return { state, answer: { kind: 'over-budget', waitMs } }
  const { state: spent, answer: use } = spend(state, budget, nowMs)
  return { state: spent, answer: { kind: 'spent', use, atMs: nowMs } }
}

/** Counts a request to the token endpoint. */
function spend(state: TokenState, budget: TokenBudget, nowMs: number): Ruling<BudgetUse> {
  const spent = { ...state, exchanges: [...state.exchanges, nowMs] }
  const use = useOf(spent, nowMs)
  const hasAlerted = state.alertedAtMs !== undefined && isWithin(nowMs, since(state.alertedAtMs, hourMs))
  const isNearlySpent = isPast(alertPart, use, budget)
  const isAlert = isNearlySpent && !hasAlerted
  return { state: isAlert ? { ...spent, alertedAtMs: nowMs } : spent, answer: { ...use, isNearlySpent, isAlert } }
}

/** Keeps a lease; false when it went to somebody else. */
export function extend(state: TokenState, digest: string, fence: number, nowMs: number): Ruling<boolean> {
  const scope = scopeOf(state, digest)
  if (scope.fence !== fence || !scope.lease) return { state, answer: false }
  const lease = { ...scope.lease, sinceMs: nowMs, untilMs: nowMs + leaseMs }
  return { state: put(state, digest, { ...scope, lease }), answer: true }
}

/** Ends a lease without a result. */
export function release(state: TokenState, digest: string, fence: number): Ruling<undefined> {
  const scope = scopeOf(state, digest)
  const isOurs = scope.fence === fence
  return { state: isOurs ? put(state, digest, { ...scope, lease: undefined }) : state, answer: undefined }
}

/** The new token's generation; undefined when the lease went to somebody else, whose token is the newer one. */
export function publish(
  state: TokenState,
  digest: string,
  fence: number,
  token: { readonly seal: string; readonly grantedAtMs: number; readonly lifetimeMs: number; readonly secret: string },
): Ruling<number | undefined> {
  const scope = scopeOf(state, digest)
  if (scope.fence !== fence || !scope.lease) return { state, answer: undefined }
  const generation = scope.generation + 1
  const { seal: sealed, grantedAtMs, lifetimeMs, secret: workingSecret } = token
  const after = { ...scope, generation, workingSecret, token: { sealed, grantedAtMs, lifetimeMs } }
  return { state: put(state, digest, { ...after, lease: undefined, hold: undefined }), answer: generation }
}

/** Takes note that an exchange brought no token. */
export function holdBack(
  state: TokenState,
  digest: string,
  fence: number,
  hold: (before: Hold | undefined) => Hold,
): Ruling<Hold> {
  const scope = scopeOf(state, digest)
  const made = hold(scope.hold)
  const isOurs = scope.fence === fence && scope.lease !== undefined
  return { state: isOurs ? put(state, digest, { ...scope, lease: undefined, hold: made }) : state, answer: made }
}

export type RefusalAnswer =
  | { readonly kind: 'renew'; readonly isFirst: boolean }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'hopeless' }

/** What follows from a 401 that a living token got: once for every generation, however many instances saw it. */
export function refuse(
  state: TokenState,
  seen: { readonly digest: string; readonly generation: number; readonly hasWorked: boolean },
  nowMs: number,
): Ruling<RefusalAnswer> {
  const scope = scopeOf(state, seen.digest)
  if (seen.generation < scope.generation || seen.generation <= scope.refusedGeneration) {
    return { state, answer: { kind: 'renew', isFirst: false } }
  }
  const last = scope.refusedAtMs
  if (last !== undefined && isWithin(nowMs, since(last, renewalGapMs))) {
    const waitMs = last + renewalGapMs - nowMs
    return { state, answer: seen.hasWorked ? { kind: 'wait', waitMs } : { kind: 'hopeless' } }
  }
  const after = { ...scope, refusedGeneration: seen.generation, refusedAtMs: nowMs }
  return { state: put(state, seen.digest, after), answer: { kind: 'renew', isFirst: true } }
}

function findLiving(scope: ScopeState, newerThan: number, nowMs: number): SharedToken | undefined {
  const { token, generation, refusedGeneration } = scope
  if (!token || generation <= newerThan || generation <= refusedGeneration) return undefined
  const ageMs = nowMs - token.grantedAtMs
  // Granted in the future: the clock was set back, and nobody can tell the token's age any more.
  if (ageMs < -clockSlackMs || ageMs >= usableMs(token.lifetimeMs)) return undefined
  return { generation, sealed: token.sealed, ageMs: Math.max(0, ageMs), lifetimeMs: token.lifetimeMs }
}

/** Exchanges of the last hour; one in the future (the clock was set back) counts as of now, so that it is counted and forgotten. */
function prune(state: TokenState, nowMs: number): TokenState {
  const exchanges = state.exchanges.map((atMs) => Math.min(atMs, nowMs)).filter((atMs) => atMs > nowMs - hourMs)
  const scopes = Object.entries(state.scopes)
    .toSorted(([, one], [, other]) => other.usedAtMs - one.usedAtMs)
    .slice(0, mostScopes)
  return { ...state, exchanges, scopes: Object.fromEntries(scopes) }
}

function useOf({ exchanges }: TokenState, nowMs: number): Exchanges {
  const inLastMinute = exchanges.filter((atMs) => atMs > nowMs - minuteMs).length
  return { inLastMinute, inLastHour: exchanges.length }
}

function isPast(part: number, use: Exchanges, budget: TokenBudget): boolean {
  return use.inLastMinute >= budget.perMinute * part || use.inLastHour >= budget.perHour * part
}

/** How long until the budget has room; 0 when it has. */
function overBudgetMs({ exchanges }: TokenState, budget: TokenBudget, nowMs: number): number {
  const waitFor = (most: number, spanMs: number): number => {
    const oldest = exchanges.filter((atMs) => atMs > nowMs - spanMs).at(-most)
    return oldest === undefined ? 0 : oldest + spanMs - nowMs
  }
  return Math.max(waitFor(budget.perMinute, minuteMs), waitFor(budget.perHour, hourMs))
}

function put(state: TokenState, digest: string, scope: ScopeState): TokenState {
  return { ...state, scopes: { ...state.scopes, [digest]: scope } }
}

function since(sinceMs: number, forMs: number): { sinceMs: number; untilMs: number } {
  return { sinceMs, untilMs: sinceMs + forMs }
}
