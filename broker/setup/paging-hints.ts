// Ways of paging that a first answer hints at, the surest first. Which of them is right is found by trying.
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import type { RequestDefinition, RequestPlace } from '../dataset/request-definition.ts'
import { isJsonObject, type JsonValue } from '../source/json.ts'
import { findNextLink } from '../source/link-header.ts'

export interface PagingHint {
  readonly paging: PagingDefinition
  readonly reason: string
}

export interface FirstAnswer {
  readonly body: JsonValue
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly request: RequestDefinition
  /** Where the records are; what is inside of them says nothing about pages. */
  readonly records: string
  readonly count: number
}

interface Member {
  readonly pointer: string
  readonly name: string
  readonly value: string | number | boolean
}

const nextName =
  /^(?:@?odata\.nextlink|next|next_?link|next_?ur[li]|next_?page|next_?page_?(?:url|link)|nextrecordsurl|href|after_?url|link)$/i
const cursorName =
  /^(?:next_?page_?token|page_?token|next_?cursor|cursor|next_?token|end_?cursor|after|after_?cursor|continuation_?token|next|scroll_?id|next_?key)$/i
const hasMoreName = /^(?:has_?more|has_?next|has_?next_?page|more)$/i
const totalName =
  /^(?:total|total_?(?:count|results|records|elements|items|size|set_?size|hits|rows|number)|@?odata\.count|item_?count|record_?count)$/i
const totalHeaders = ['x-total-count', 'x-total', 'total', 'total-count']
const pageName = /^(?:page|page_?(?:number|no|index)|current_?page|number)$/i
const offsetName = /^(?:offset|skip|start|start_?at|start_?index|start_?position|from|first)$/i
const sizeName = /^(?:page_?size|per_?page|limit|size|max_?results|take|top|page_?limit|max)$/i
/** A page that holds one of these is likely to be cut. */
const roundSizes = new Set([10, 15, 20, 25, 30, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000])

/** Every hint of an answer. Ends with the usual parameters when the answer itself says nothing. */
export function findPagingHints(first: FirstAnswer): PagingHint[] {
  const members = listMembers(first)
  const stated = readStated(first, members)
  const hints = [
    ...linkHints(first, members, stated),
    ...cursorHints(first, members, stated),
    ...keysetHints(first, members, stated),
    ...numberedHints(first, members, stated),
  ]
  return hints.length > 0 ? hints : guessedHints(first, stated)
}

/** Whether a first page looks cut although nothing says so. */
export function looksCut(count: number): boolean {
  return roundSizes.has(count)
}

interface Stated {
  readonly total?: string | { header: string }
  readonly hasMore?: string
}

function readStated({ headers, count }: FirstAnswer, members: readonly Member[]): Stated {
  const total = members.find(({ name, value }) => totalName.test(name) && toCount(value) >= count)
  const header = totalHeaders.find((name) => toCount(headers[name] ?? '') >= count)
  const hasMore = members.find(({ name, value }) => hasMoreName.test(name) && typeof value === 'boolean')
  return {
    ...(total ? { total: total.pointer } : header !== undefined && { total: { header } }),
    ...(hasMore && { hasMore: hasMore.pointer }),
  }
}

function toCount(value: string | number | boolean): number {
  if (typeof value === 'string' && /^\d{1,12}$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : Number.NaN
}

/** The plain members outside of the records, down to four levels, which is where GraphQL keeps them. */
function listMembers({ body, records }: FirstAnswer): Member[] {
  const found: Member[] = []
  const look = (value: JsonValue, pointer: string, depth: number): void => {
    if (!isJsonObject(value) || depth > 4) return
    for (const [name, member] of Object.entries(value)) {
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (at === records) continue
      if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') {
        found.push({ pointer: at, name, value: member })
      } else look(member, at, depth + 1)
    }
  }
  look(body, '', 1)
  return found
}

function linkHints({ headers }: FirstAnswer, members: readonly Member[], { hasMore }: Stated): PagingHint[] {
  const hints: PagingHint[] = []
  const link = members.find(({ pointer, name, value }) => isNextLink(pointer, name, value))
  if (link) {
    const paging = { type: 'next-link', next: link.pointer, ...(hasMore !== undefined && { hasMore }) } as const
    hints.push({ paging, reason: `${link.pointer} holds the next page's address` })
  }
  if (namesNextPage(headers['link'] ?? '')) {
    hints.push({ paging: { type: 'link-header' }, reason: 'the Link header names the next page' })
  }
  return hints
}

function namesNextPage(linkHeader: string): boolean {
  try {
    return findNextLink(linkHeader) !== undefined
  } catch {
    // Pages cannot be read by a header that cannot be read.
    return false
  }
}

function isNextLink(pointer: string, name: string, value: Member['value']): boolean {
  if (typeof value !== 'string' || !/^(?:https?:\/\/|\/|\?)/.test(value)) return false
  if (!nextName.test(name)) return false
  // `href` and `link` mean a next page only below something that is called so.
  return !/^(?:href|link)$/i.test(name) || /\/next\/(?:href|link)$/i.test(pointer)
}

function cursorHints({ request }: FirstAnswer, members: readonly Member[], { hasMore }: Stated): PagingHint[] {
  const cursor = members.find(({ name, value }) => cursorName.test(name) && isCursor(value))
  if (!cursor) return []
  const names = cursorParameters(cursor)
  return names.map((name) => {
    const parameter: RequestPlace = request.method === 'POST' ? { body: bodyPlaceOf(cursor, name, request) } : name
    const more = hasMore === undefined ? {} : { hasMore }
    return {
      paging: { type: 'cursor', parameter, next: cursor.pointer, end: 'no-next', ...more },
      reason: `${cursor.pointer} holds the next page's cursor`,
    }
  })
}

function isCursor(value: Member['value']): boolean {
  if (typeof value === 'number') return value > 0
  return typeof value === 'string' && value !== '' && !/^(?:https?:\/\/|\/api)/.test(value)
}

/** The parameters that may take a cursor that is called so. */
function cursorParameters({ name }: Member): string[] {
  const usual: Readonly<Record<string, readonly string[]>> = {
    nextpagetoken: ['pageToken', 'nextPageToken', 'page_token'],
    nextcursor: ['cursor', 'after', 'starting_after'],
    nexttoken: ['token', 'pageToken'],
    endcursor: ['after', 'cursor'],
    aftercursor: ['page[after]', 'after', 'cursor'],
    next: ['from', 'cursor', 'after', 'page'],
  }
  const plain = name.replaceAll('_', '').toLowerCase()
  return [...new Set([name, ...(usual[plain] ?? [])])]
}

/** GraphQL keeps its variables apart. */
function bodyPlaceOf({ name }: Member, parameter: string, { body }: RequestDefinition): string {
  if (body && Object.hasOwn(body, 'variables'))
    return /^end_?cursor$/i.test(name) ? '/variables/after' : `/variables/${parameter}`
  return `/${parameter}`
}

function keysetHints({ request }: FirstAnswer, _members: readonly Member[], { hasMore }: Stated): PagingHint[] {
  if (hasMore === undefined || request.method === 'POST') return []
  return ['starting_after', 'after'].map((parameter) => ({
    paging: { type: 'keyset', parameter, field: '/id', hasMore, end: 'empty-page' },
    reason: `${hasMore} says whether there is more, and the next page begins behind the last record's id`,
  }))
}

function numberedHints({ request }: FirstAnswer, members: readonly Member[], { total }: Stated): PagingHint[] {
  const size = members.find(({ name }) => sizeName.test(name))
  const more = total === undefined ? {} : { total }
  const common = { end: 'empty-page', parallel: 1, ...more } as const
  const why = (member: Member): string => `the answer repeats ${member.name}`
  const page = members.find(({ name, value }) => pageName.test(name) && (value === 0 || value === 1))
  const offset = members.find(({ name, value }) => offsetName.test(name) && toCount(value) === 0)
  const first = page?.value === 0 ? 0 : 1
  return [
    ...namesFor(page, 'page').map(({ name, member }) => ({
      paging: { type: 'page-number', parameter: toPlace(name, request), first, ...common } as const,
      reason: `${why(member)}${size ? ` and ${size.name}` : ''}`,
    })),
    ...namesFor(offset, 'offset').map(({ name, member }) => ({
      paging: { type: 'offset', parameter: toPlace(name, request), first: 0, ...common } as const,
      reason: why(member),
    })),
    ...((page ?? offset ?? total === undefined) ? [] : guessedHints({ request, count: 0 }, { total })),
  ]
}

/** The parameters that may stand behind a member that an answer repeats. */
function namesFor(member: Member | undefined, usual: string): { name: string; member: Member }[] {
  if (!member) return []
  return [...new Set([...writingsOf(member.name), usual])].map((name) => ({ name, member }))
}

function toPlace(name: string, { method }: RequestDefinition): RequestPlace {
  return method === 'POST' ? { body: `/${name}` } : name
}

/** What many APIs call it. */
function guessedHints({ request }: Pick<FirstAnswer, 'request' | 'count'>, { total }: Stated): PagingHint[] {
  const common = { end: 'empty-page', parallel: 1, ...(total === undefined ? {} : { total }) } as const
  const reason = 'found by trying the usual parameters'
  return [
    ...['page', 'Page', 'pageNumber', 'page_number'].map((name) => ({
      paging: { type: 'page-number', parameter: toPlace(name, request), first: 1, ...common } as const,
      reason,
    })),
    ...['offset', '$skip', 'skip', 'start', 'startAt'].map((name) => ({
      paging: { type: 'offset', parameter: toPlace(name, request), first: 0, ...common } as const,
      reason,
    })),
  ]
}

/** Parameters that may ask for a page's size, by what the answer repeats and by what is usual beside `parameter`. */
export function sizeParametersFor(first: FirstAnswer): string[] {
  const stated = listMembers(first).filter(({ name }) => sizeName.test(name))
  return [...new Set([...stated.flatMap(({ name }) => writingsOf(name)), 'limit', 'per_page', 'pageSize', '$top'])]
}

/** A name as other parts of an API may write it: `PageSize`, `Page-Size`, `page-size`, `page_size`, `pageSize`. */
function writingsOf(name: string): string[] {
  const words = name.split(/[-_]|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase())
  const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const camel = [words[0] ?? '', ...capital.slice(1)].join('')
  return [...new Set([name, capital.join('-'), words.join('-'), words.join('_'), camel, capital.join('')])]
}
