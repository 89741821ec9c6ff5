// Pages of which each names the next one: by a link, by a cursor, or by its last record.
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { describeKind, findAt, type JsonObject } from './json.ts'
import { findNextLink } from './link-header.ts'
import type { NumberedPaging } from './numbered-pages.ts'
import { checkTotal, keepTotal, readCount, readHasMore, readNext, type AnsweredPage } from './page-answer.ts'
import { PageMemory } from './page-memory.ts'
import type { PlacedValue } from './request-template.ts'
import { sizeValues, type PageRequest, type SearchOptions, type SearchParts, type SourcePage } from './source-page.ts'

type ChainedPaging = Exclude<PagingDefinition, NumberedPaging>

/** What asks for the next page: its address, or a value in the request. */
type Step = { readonly url: URL } | PlacedValue

/** Reads the pages of one search in their order. */
export class ChainedPages {
  readonly #paging: ChainedPaging
  readonly #parts: SearchParts
  readonly #options: SearchOptions

  constructor(paging: ChainedPaging, parts: SearchParts, options: SearchOptions) {
    this.#paging = paging
    this.#parts = parts
    this.#options = options
  }

  /** Yields every page that has records. */
  async *read(maxPages: number, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const memory = new PageMemory(maxPages)
    let seen = 0
    let total: number | undefined
    let step: Step | undefined
    do {
      const isFirst = seen === 0 && step === undefined
      const page = await this.#parts.ask(this.#requestFor(step), signal)
      if (isFirst) memory.rememberStep(page.url.href)
      total = keepTotal(total, readCount(page, this.#paging.total, { isFirst, what: 'the total' }), 'records')
      seen += page.records.length
      memory.remember(page.records)
      if (page.records.length > 0) yield { records: page.records, total, bytes: page.answer.bytes }
      step = this.#isLast(page, seen, total) ? undefined : findNext(this.#paging, page, page.url)
      if (step) memory.rememberStep('url' in step ? step.url.href : JSON.stringify(step.value))
    } while (step)
    checkTotal(total, seen, this.#options.cap)
  }

  #requestFor(step: Step | undefined): PageRequest {
    const values = [...this.#options.values, ...sizeValues(this.#paging)]
    if (step === undefined) return { values, endsWith404: false, isLater: false }
    return 'url' in step
      ? { values, url: step.url, endsWith404: false, isLater: true }
      : { values: [...values, step], endsWith404: false, isLater: true }
  }

  /** Whether the source says so, or its records do. That a page names no next one is seen afterwards. */
  #isLast(page: AnsweredPage & { readonly url: URL }, seen: number, total: number | undefined): boolean {
    const paging = this.#paging
    const hasMore = readHasMore(page, paging.hasMore)
    if (hasMore === true && findNext(paging, page, page.url) === undefined) {
      throw new BrokerError(
        'source-truncated',
        'The source says that there are more pages but does not name the next one.',
      )
    }
    if (hasMore !== undefined) return !hasMore
    if (paging.type === 'keyset' && total !== undefined && seen >= total) return true
    if (!('end' in paging) || paging.end === 'no-next') return false
    const { length } = page.records
    return paging.end === 'short-page' ? this.#parts.sizeProof.isLast(length, paging.size ?? 1) : length === 0
  }
}

function findNext(paging: ChainedPaging, page: AnsweredPage, current: URL): Step | undefined {
  switch (paging.type) {
    case 'none':
      return undefined
    case 'cursor': {
      const value = readNext(page, paging.next, 'the next cursor')
      return value === undefined ? undefined : { place: paging.parameter, value }
    }
    case 'keyset': {
      const value = lastValue(page.records, paging.field)
      return value === undefined ? undefined : { place: paging.parameter, value }
    }
    case 'link-header':
      return followLink(findNextLink(page.answer.headers['link'] ?? ''), current)
    case 'next-link': {
      const target = readNext(page, paging.next, 'the next link')
      if (typeof target === 'number')
        throw new BrokerError(
          'source-malformed',
          'There is a number where the next link should be. Is it a page or a cursor?',
        )
      return followLink(target, current)
    }
  }
}

/** The value that the next page begins behind. Records that share it could be cut apart by the page's end, and be lost. */
function lastValue(records: readonly JsonObject[], field: string): string | number | undefined {
  const last = records.at(-1)
  if (last === undefined) return undefined
  const value = findAt(last, field)
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') {
    throw new BrokerError('source-malformed', `There is ${describeKind(value)} at ${field} of a page's last record.`)
  }
  const before = records.at(-2)
  if (before !== undefined && findAt(before, field) === value) {
    throw new BrokerError(
      'source-malformed',
      `Two records have the same value at ${field}; pages that begin behind it could lose one. Choose a member that is unique.`,
    )
  }
  return value
}

/** The address of the next page, on the same origin. */
function followLink(target: string | undefined, current: URL): Step | undefined {
  if (target === undefined) return undefined
  const url = URL.parse(target, current.href)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new BrokerError('source-malformed', 'The link to the next page is no address.')
  if (url.origin !== current.origin) {
    throw new BrokerError(
      'source-malformed',
      `The link to the next page leads to another server (${url.origin}); the token is not sent there.`,
    )
  }
  url.hash = ''
  return { url }
}
