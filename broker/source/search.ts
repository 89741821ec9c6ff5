// One search: a dataset's request, with or without the edges of a window, read page by page until the source has no more.
import type { DatasetDefinition, PagingDefinition } from '../dataset/definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { describeKind, findAt, isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { parseLinkHeader } from './link-header.ts'
import { PageMemory } from './page-memory.ts'
import type { SourceAnswer, SourceClient } from './source-client.ts'

/** Records in the source's order. */
export interface SourcePage {
  readonly records: readonly JsonObject[]
}

/** A page of a page-numbered search. */
export interface NumberedPage extends SourcePage {
  readonly number: number
  /** How many records the search has in all, where the source says so. */
  readonly total: number | undefined
}

export interface SearchOptions {
  /** Parameters besides the dataset's own: a window's edges. */
  readonly parameters: Readonly<Record<string, string>>
  /** The source may cut the search off at so many records; a stated total need not be met then. */
  readonly cap?: number | undefined
  /** A page that was asked for before its turn. */
  readonly ahead?: NumberedPage | undefined
}

type PageNumberPaging = Extract<PagingDefinition, { type: 'page-number' }>

/** A source may filter after it has cut its pages, so a page may be empty; so many in a row never end. */
const maxEmptyPages = 100

/** Reads searches of one dataset. */
export class Search {
  readonly #client: SourceClient
  readonly #dataset: DatasetDefinition
  readonly #baseUrl: string

  constructor(client: SourceClient, dataset: DatasetDefinition, baseUrl: string) {
    this.#client = client
    this.#dataset = dataset
    this.#baseUrl = baseUrl
  }

  /**
   * Yields the pages that hold records, in order, until the source has no next one; holds one page at a time.
   *
   * @throws {BrokerError} `source-malformed` when a page cannot be read or a link leaves the source's origin;
   * `source-loop` when a page or a link comes again; `source-truncated` when a stated total is not met
   */
  pages(options: SearchOptions, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { paging } = this.#dataset
    return paging.type === 'page-number'
      ? this.#numberedPages(paging, options, signal)
      : this.#linkedPages(paging, options, signal)
  }

  /**
   * The page that holds the `count`th record of a search, asked for out of turn, and whether it does hold it. Undefined
   * where that cannot be done, and for a first page, which needs no asking out of turn.
   */
  async findPageOf(
    count: number,
    options: SearchOptions,
    signal: AbortSignal,
  ): Promise<{ page: NumberedPage; holdsIt: boolean } | undefined> {
    const { paging } = this.#dataset
    if (paging.type !== 'page-number' || paging.size === undefined || count <= paging.size) return undefined
    const before = Math.ceil(count / paging.size) - 1
    const page = await this.#numberedPage(paging, paging.first + before, { options, signal })
    return { page, holdsIt: page.records.length >= count - before * paging.size }
  }

  async *#numberedPages(
    paging: PageNumberPaging,
    options: SearchOptions,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePage> {
    const memory = new PageMemory()
    let seen = 0
    let total: number | undefined
    for (let number = paging.first; ; number += 1) {
      const isKnown = options.ahead?.number === number
      const page = isKnown ? options.ahead : await this.#numberedPage(paging, number, { options, signal })
      const { records } = page
      total = page.total ?? total
      seen += records.length
      if (records.length === 0) break
      memory.remember(records)
      yield { records }
      if (total !== undefined && seen >= total) break
      if (paging.end === 'short-page' && records.length < (paging.size ?? 0)) break
    }
    if (total !== undefined && seen !== total && seen !== options.cap) {
      throw new BrokerError('source-truncated', `The source says that it has ${total} records but gave ${seen}.`)
    }
  }

  async #numberedPage(
    paging: PageNumberPaging,
    number: number,
    { options, signal }: { options: SearchOptions; signal: AbortSignal },
  ): Promise<NumberedPage> {
    const url = this.#firstUrl({
      ...options.parameters,
      ...(paging.sizeParameter === undefined ? {} : { [paging.sizeParameter]: String(paging.size) }),
      [paging.parameter]: String(number),
    })
    const isFirst = number === paging.first
    const answer = await this.#get(url, { endsWith404: !isFirst, signal })
    const records = this.#recordsOf(answer)
    if (paging.total === undefined || answer.body === undefined) return { number, records, total: undefined }
    const stated = findAt(answer.body, paging.total)
    const total = readTotal(stated)
    // Past the end there may be a body without a total, so only the first page must have one.
    if (total === undefined && isFirst) {
      const kind = describeKind(stated)
      throw new BrokerError('source-malformed', `There is ${kind} at ${paging.total} where the total should be.`)
    }
    return { number, records, total }
  }

  async *#linkedPages(
    paging: Exclude<PagingDefinition, PageNumberPaging>,
    options: SearchOptions,
    signal: AbortSignal,
  ): AsyncGenerator<SourcePage> {
    const memory = new PageMemory()
    let emptyPages = 0
    for (let url: URL | undefined = this.#firstUrl(options.parameters); url !== undefined;) {
      memory.rememberUrl(url)
      const answer = await this.#get(url, { endsWith404: false, signal })
      const records = this.#recordsOf(answer)
      memory.remember(records)
      emptyPages = records.length === 0 ? emptyPages + 1 : 0
      if (emptyPages > maxEmptyPages) {
        throw new BrokerError('source-loop', `The source gave ${maxEmptyPages} pages without records in a row.`)
      }
      if (records.length > 0) yield { records }
      url = nextUrl(paging, answer, url)
    }
  }

  #get(url: URL, options: { endsWith404: boolean; signal: AbortSignal }): Promise<SourceAnswer> {
    const { request } = this.#dataset
    const call = { url, endpoint: request.path, headers: request.headers, endsWith404: options.endsWith404 }
    return this.#client.get(call, options.signal)
  }

  #firstUrl(parameters: Readonly<Record<string, string>>): URL {
    const { request } = this.#dataset
    const url = new URL(this.#baseUrl)
    url.pathname = url.pathname.replace(/\/$/, '') + request.path
    const query = Object.entries({ ...request.query, ...parameters })
      // Not URLSearchParams: it writes a space as `+`, which not every server takes for one.
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    url.search = [url.search.slice(1), ...query].filter(Boolean).join('&')
    return url
  }

  #recordsOf(answer: SourceAnswer): readonly JsonObject[] {
    if (answer.body === undefined) return []
    const pointer = this.#dataset.records
    const found = findAt(answer.body, pointer)
    const where = pointer === '' ? 'as the body' : `at ${pointer}`
    if (!Array.isArray(found)) {
      throw new BrokerError(
        'source-malformed',
        `There is ${describeKind(found)} ${where} where the list of records should be.`,
      )
    }
    const values: readonly JsonValue[] = found
    const records = values.filter(isJsonObject)
    if (records.length < values.length) {
      const stranger = values.find((value) => !isJsonObject(value))
      throw new BrokerError(
        'source-malformed',
        `The list of records holds ${describeKind(stranger)}; records are objects.`,
      )
    }
    return records
  }
}

function readTotal(value: JsonValue | undefined): number | undefined {
  const total = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : undefined
}

/** The address of the next page, on the same origin, or undefined after the last page. */
function nextUrl(
  paging: Exclude<PagingDefinition, PageNumberPaging>,
  answer: SourceAnswer,
  current: URL,
): URL | undefined {
  const target = findNextTarget(paging, answer)
  if (target === undefined) return undefined
  const url = URL.parse(target, current.href)
  if (url === null) throw new BrokerError('source-malformed', 'The link to the next page is no address.')
  if (url.origin !== current.origin) {
    throw new BrokerError(
      'source-malformed',
      `The link to the next page leads to another server (${url.host}); the token is not sent there.`,
    )
  }
  url.hash = ''
  return url
}

function findNextTarget(paging: Exclude<PagingDefinition, PageNumberPaging>, answer: SourceAnswer): string | undefined {
  switch (paging.type) {
    case 'none':
      return undefined
    case 'link-header':
      return parseLinkHeader(answer.headers['link'] ?? '').find((link) => link.relations.includes('next'))?.target
    case 'next-link': {
      const next = answer.body === undefined ? undefined : findAt(answer.body, paging.next)
      if (next === undefined || next === null || next === '') return undefined
      if (typeof next === 'string') return next
      throw new BrokerError(
        'source-malformed',
        `There is ${describeKind(next)} at ${paging.next} where the next link should be.`,
      )
    }
  }
}
