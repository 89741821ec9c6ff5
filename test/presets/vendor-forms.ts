// How vendors take requests and answer them, as their documentation says; anything else is refused, as they would.
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Seen } from '../broker/source/support/upstream.ts'

export interface Answer {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Record<string, string>
}

export type Item = Readonly<Record<string, unknown>>

export const client = { id: 'the-client', secret: 'the secret/+' }
export const accessToken = 'the-access-token'

const refused: Answer = { status: 401, body: { error: 'invalid_client' } }
const granted = (more: Item = {}): Answer => {
  return { body: { access_token: accessToken, token_type: 'Bearer', expires_in: 3599, ...more } }
}

/** The parameters that a token endpoint wants besides those that name and prove the client. */
type Wanted = Readonly<Record<string, string>>

function hasExactly(form: URLSearchParams, wanted: Wanted): boolean {
  return JSON.stringify([...form].sort()) === JSON.stringify(Object.entries(wanted).sort())
}

/** A token endpoint that takes id and secret in a form. `answer` replaces members of the usual answer. */
export function takesForm(wanted: Wanted, answer?: Item) {
  return ({ body, headers }: Seen): Answer => {
    const all = {
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
      ...wanted,
    }
    const isForm = headers['content-type'] === 'application/x-www-form-urlencoded' && !headers.authorization
    return isForm && hasExactly(new URLSearchParams(body), all) ? granted(answer) : refused
  }
}

/** The same in JSON. */
export function takesJson(wanted: Wanted, answer?: Item) {
  return ({ body, headers }: Seen): Answer => {
    const all = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret, ...wanted }
    const isJson = headers['content-type'] === 'application/json'
    const sent = isJson ? new URLSearchParams(JSON.parse(body) as Record<string, string>) : new URLSearchParams()
    return hasExactly(sent, all) ? granted(answer) : refused
  }
}

/** A token endpoint that takes id and secret in the Authorization header, form-encoded first (RFC 6749 section 2.3.1). */
export function takesBasic(wanted: Wanted) {
  const basic = Buffer.from(`${client.id}:the+secret%2F%2B`).toString('base64')
  return ({ body, headers }: Seen): Answer => {
    const all = { grant_type: 'client_credentials', ...wanted }
    const isClient = headers.authorization === `Basic ${basic}`
    return isClient && hasExactly(new URLSearchParams(body), all) ? granted() : refused
  }
}

/** A token endpoint that takes a signed statement on a person's behalf. */
export function takesGrantStatement(claims: Wanted, keyId?: string) {
  return ({ body }: Seen): Answer => {
    const form = new URLSearchParams(body)
    const statement = form.get('assertion') ?? ''
    const isGrant = form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' && !form.has('client_id')
    if (!isGrant || !isStatement(statement, claims, keyId)) return { status: 400, body: { error: 'invalid_grant' } }
    return granted()
  }
}

/** A token endpoint that takes a signed statement in place of a secret, and binds its tokens to a key; its first nonce is told. */
export function takesClientStatement(claims: Wanted, { keyId, scope }: { keyId: string; scope: string }) {
  return ({ body, headers }: Seen): Answer => {
    const form = new URLSearchParams(body)
    const isScope = form.get('scope') === scope && form.get('grant_type') === 'client_credentials'
    if (!isScope || !isStatement(form.get('client_assertion') ?? '', claims, keyId)) return refused
    const proof = typeof headers['dpop'] === 'string' ? decodeJwt(headers['dpop']) : {}
    if (proof['nonce'] !== 'n-1')
      return { status: 400, body: { error: 'use_dpop_nonce' }, headers: { 'dpop-nonce': 'n-1' } }
    return granted({ token_type: 'DPoP' })
  }
}

/** Its signature is judged where tokens are tested; here it is the vendor's claims that count. */
function isStatement(statement: string, claims: Wanted, keyId: string | undefined): boolean {
  const payload = decodeJwt(statement)
  const header = decodeProtectedHeader(statement)
  return (
    header.alg === 'RS256' &&
    header.kid === keyId &&
    Object.entries(claims).every(([name, value]) => payload[name] === value)
  )
}

export const badRequest: Answer = { status: 400, body: { message: 'This is not how the API is asked.' } }

/** The number that a parameter has; NaN when it is missing. */
export function numberIn({ url }: Seen, name: string): number {
  return Number(url.searchParams.get(name) ?? Number.NaN)
}

/** Whether the query has exactly these parameters, of any value where none is named. */
export function isQuery({ url }: Seen, wanted: Readonly<Record<string, string | undefined>>): boolean {
  const names = [...url.searchParams.keys()].sort()
  if (JSON.stringify(names) !== JSON.stringify(Object.keys(wanted).sort())) return false
  return Object.entries(wanted).every(([name, value]) => value === undefined || url.searchParams.get(name) === value)
}

/** One page by its position: its items, and the position of the next one if there is one. */
export function cut(items: readonly Item[], start: number, size: number): { page: readonly Item[]; next?: number } {
  const page = items.slice(start, start + size)
  return { page, ...(start + size < items.length && { next: start + size }) }
}

/** An address of the same endpoint with another query. */
export function linkTo({ url }: Seen, query: Readonly<Record<string, string | number>>): string {
  const link = new URL(url.pathname, url.origin)
  for (const [name, value] of Object.entries(query)) link.searchParams.set(name, String(value))
  return link.href
}

/** OData: pages of the vendor's own size, each naming the next one by a link with an opaque token. */
export function odata(size: number, firstQuery: Readonly<Record<string, string | undefined>>) {
  return (seen: Seen, items: readonly Item[]): Answer => {
    const token = seen.url.searchParams.get('$skiptoken')
    if (token === null && !isQuery(seen, firstQuery)) return badRequest
    const { page, next } = cut(items, Number(token ?? 0), size)
    const link = next === undefined ? {} : { '@odata.nextLink': linkTo(seen, { $skiptoken: next }) }
    return { body: { '@odata.context': `${seen.url.origin}/$metadata`, value: page, ...link } }
  }
}

/** RFC 8288: the answer is the list; the next page is in a header, with an opaque cursor as its only parameter. */
export function linkHeader(
  firstQuery: Readonly<Record<string, string | undefined>>,
  { size, wrap = (page) => page }: { size: number; wrap?: (page: readonly Item[]) => unknown },
) {
  return (seen: Seen, items: readonly Item[]): Answer => {
    const cursor = seen.url.searchParams.get('cursor')
    if (!isQuery(seen, cursor === null ? firstQuery : { cursor })) return badRequest
    const { page, next } = cut(items, Number(cursor ?? 0), size)
    const self = `<${seen.url.href}>; rel="self"`
    const links = next === undefined ? self : `${self}, <${linkTo(seen, { cursor: next })}>; rel="next"`
    return { body: wrap(page), headers: { link: links } }
  }
}
