import type { RequestDefinition, RequestPlace } from '../dataset/request-definition.ts'
import { isJsonObject, splitPointer, type JsonValue } from './json.ts'

/** A value, and where a request carries it. */
export interface PlacedValue {
  readonly place: RequestPlace
  readonly value: string | number
}

/** What a call asks; who asks is added by SourceClient. */
export interface PlainRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A dataset's request, into which the values of one page are set. */
export class RequestTemplate {
  readonly #request: RequestDefinition
  readonly #baseUrl: string

  constructor(request: RequestDefinition, baseUrl: string) {
    this.#request = request
    this.#baseUrl = baseUrl
  }

  /** The request with `values` in their places; a value takes the place of what the definition has there. */
  fill(values: readonly PlacedValue[]): PlainRequest {
    const query = { ...this.#request.query }
    const { headers, body } = this.#fillBesidesQuery(values)
    for (const { place, value } of values) if (typeof place === 'string') query[place] = String(value)
    return { method: this.#request.method, url: this.#urlWith(query), headers, body }
  }

  /** The request to an address that the source named: the values of the address are its own. */
  follow(url: URL, values: readonly PlacedValue[]): PlainRequest {
    return { method: this.#request.method, url, ...this.#fillBesidesQuery(values) }
  }

  #fillBesidesQuery(values: readonly PlacedValue[]): Pick<PlainRequest, 'headers' | 'body'> {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#request.headers)) headers[name.toLowerCase()] = value
    let body: JsonValue | undefined = this.#request.body
    for (const { place, value } of values) {
      if (typeof place === 'string') continue
      if ('header' in place) headers[place.header.toLowerCase()] = String(value)
      else body = withValueAt(body, splitPointer(place.body), value)
    }
    if (body === undefined) return { headers, body }
    return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
  }

  #urlWith(query: Readonly<Record<string, string>>): URL {
    const url = new URL(this.#baseUrl)
    url.pathname = url.pathname.replace(/\/$/, '') + this.#request.path
    const pairs = Object.entries(query)
      // Not URLSearchParams: it writes a space as `+`, which not every server takes for one.
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    url.search = [url.search.slice(1), ...pairs].filter(Boolean).join('&')
    return url
  }
}

/** A copy of `node` with `value` at `path`; objects on the way are made where they are missing. */
function withValueAt(node: JsonValue | undefined, path: readonly string[], value: JsonValue): JsonValue {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (Array.isArray(node) && /^(?:0|[1-9]\d{0,4})$/.test(name)) {
    const list: readonly JsonValue[] = node
    return list.toSpliced(Number(name), 1, withValueAt(list[Number(name)], rest, value))
  }
  const members = isJsonObject(node) ? node : {}
  return { ...members, [name]: withValueAt(Object.hasOwn(members, name) ? members[name] : undefined, rest, value) }
}
