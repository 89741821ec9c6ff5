import { z } from 'zod'
import { ENDPOINT_NAMES, type EndpointName } from './endpoint.ts'

const apiFaultKinds = [
  'slow',
  'unauthorized',
  'rate-limited',
  'server-error',
  'cut-body',
  'not-json',
  'repeated-page',
  'foreign-next',
] as const
const tokenFaultKinds = ['token-slow', 'token-error', 'token-rate-limited', 'token-refused', 'token-no-expiry'] as const

export const faultSchema = z.strictObject({
  kind: z.enum([...apiFaultKinds, ...tokenFaultKinds]).describe('What goes wrong.'),
  endpoint: z.enum(ENDPOINT_NAMES).optional().describe('The endpoint it happens on; any when absent.'),
  times: z.int().positive().default(1).describe('How many calls it spoils.'),
  skip: z.int().nonnegative().default(0).describe('How many matching calls go well before.'),
  delayMs: z.int().nonnegative().default(1_000).describe('For the slow kinds.'),
  retryAfterSeconds: z.int().nonnegative().default(1).describe('For the rate-limited kinds.'),
})

/** One misbehaviour as a caller asks for it; all but `kind` have defaults. */
export type FaultRequest = z.input<typeof faultSchema>

/** One misbehaviour that is due or pending. */
export type Fault = z.output<typeof faultSchema>

export type ApiFaultKind = (typeof apiFaultKinds)[number]
export type TokenFaultKind = (typeof tokenFaultKinds)[number]
export type ApiFault = Fault & { readonly kind: ApiFaultKind }
export type TokenFault = Fault & { readonly kind: TokenFaultKind }

/** The misbehaviours that were asked for and have not happened yet, in the order of asking. */
export class Faults {
  #pending: Fault[] = []

  add(request: FaultRequest): Fault {
    const fault = faultSchema.parse(request)
    this.#pending.push(fault)
    return { ...fault }
  }

  list(): Fault[] {
    return this.#pending.map((fault) => ({ ...fault }))
  }

  clear(): void {
    this.#pending = []
  }

  /** Takes the fault due for this call. A first page cannot be repeated and has no earlier one, so those faults wait. */
  takeForApi(endpoint: EndpointName, isFirstPage: boolean): ApiFault | undefined {
    return this.#take(
      (fault): fault is ApiFault =>
        isApiFault(fault) &&
        (fault.endpoint ?? endpoint) === endpoint &&
        !(fault.kind === 'repeated-page' && isFirstPage),
    )
  }

  takeForToken(): TokenFault | undefined {
    return this.#take(isTokenFault)
  }

  #take<T extends Fault>(matches: (fault: Fault) => fault is T): T | undefined {
    const fault = this.#pending.find(matches)
    if (fault === undefined) {
      return undefined
    }
    if (fault.skip > 0) {
      fault.skip -= 1
      return undefined
    }
    fault.times -= 1
    this.#pending = this.#pending.filter((pending) => pending.times > 0)
    return fault
  }
}

function isApiFault(fault: Fault): fault is ApiFault {
  return apiFaultKinds.some((kind) => kind === fault.kind)
}

function isTokenFault(fault: Fault): fault is TokenFault {
  return tokenFaultKinds.some((kind) => kind === fault.kind)
}
