/** An answer before it is written to a socket. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body: unknown
}

/** How an answer's paging is spoiled, if at all: by repeating the page before, or by a next link to another origin. */
export type PagingFault = 'repeated-page' | 'foreign-next' | undefined

/** A call that has passed the token check and the limits. */
export interface EndpointCall {
  readonly url: URL
  readonly prefer: string | undefined
  readonly pagingFault: PagingFault
}

/** How stats and faults name the endpoints. */
export const ENDPOINT_NAMES = ['candidates', 'jobs', 'placements', 'companies', 'cities', 'movies'] as const

export type EndpointName = (typeof ENDPOINT_NAMES)[number]

/** One GET endpoint of a sample API. */
export interface Endpoint {
  readonly name: EndpointName
  readonly path: string
  readonly scope: string
  /** The query parameter that leads past the first page. */
  readonly pageParameter: string
  readonly answer: (call: EndpointCall) => Answer | Promise<Answer>
}

/** A mistake of the caller, found while answering. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

/** The query's parameters; refuses names that are not known and names given twice. */
export function readParameters(url: URL, known: readonly string[]): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    if (!known.includes(name)) {
      throw new BadRequest(`Unknown parameter "${name}". Known: ${known.join(', ')}.`)
    }
    if (parameters.has(name)) {
      throw new BadRequest(`Parameter "${name}" is given twice.`)
    }
    parameters.set(name, value)
  }
  return parameters
}

/** A whole number from 1 to `most`, or the default when the parameter is absent. */
export function readCount(text: string | undefined, name: string, limits: { most: number; otherwise: number }): number {
  if (text === undefined) {
    return limits.otherwise
  }
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > limits.most) {
    throw new BadRequest(`"${name}" must be a whole number from 1 to ${limits.most}.`)
  }
  return count
}
