// Pages that can be asked for by their number, or by the number of records before them.
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { checkTotal, keepTotal, readCount, readHasMore } from './page-answer.ts'
import { PageMemory } from './page-memory.ts'
import { PagesAhead } from './pages-ahead.ts'
import { sizeValues, type NumberedPage, type SearchOptions, type SearchParts, type SourcePage } from './source-page.ts'

/** Pages that follow from their number. */
export type NumberedPaging = Extract<PagingDefinition, { type: 'page-number' | 'offset' }>

/** How far a search is. */
interface Progress {
  /** Of the page that was read last, from 0. */
  index: number
  seen: number
  /** How many records the first page held. */
  size: number
  total: number | undefined
  totalPages: number | undefined
}

/** Reads the pages of one search in their order. */
export class NumberedPages {
  readonly #paging: NumberedPaging
  readonly #parts: SearchParts
  readonly #options: SearchOptions

  constructor(paging: NumberedPaging, parts: SearchParts, options: SearchOptions) {
    this.#paging = paging
    this.#parts = parts
    this.#options = options
  }

  /** Yields every page that has records. */
  async *read(maxPages: number, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { first, type } = this.#paging
    const memory = new PageMemory(maxPages)
    const ahead = new PagesAhead((number, within) => this.page(number, within), signal)
    const progress: Progress = { index: 0, seen: 0, size: 0, total: undefined, totalPages: undefined }
    try {
      for (let isLast = false; !isLast; progress.index += 1) {
        const number = first + (type === 'offset' ? progress.seen : progress.index)
        const isKnown = this.#options.ahead?.number === number
        const page = isKnown ? this.#options.ahead : await ahead.take(number)
        advance(progress, page)
        isLast = this.#isLast(page, progress)
        if (!isLast) ahead.want(this.#planAhead(progress))
        memory.remember(page.records)
        if (page.records.length > 0) yield { records: page.records, total: progress.total, bytes: page.bytes }
      }
    } finally {
      ahead.stop()
    }
    checkTotal(progress.total, progress.seen, this.#options.cap)
  }

  /** One page, whether it is its turn or not. */
  async page(number: number, signal: AbortSignal): Promise<NumberedPage> {
    const { parameter, first, total, totalPages, hasMore } = this.#paging
    const isFirst = number === first
    const values = [...this.#options.values, ...sizeValues(this.#paging), { place: parameter, value: number }]
    const page = await this.#parts.ask({ values, endsWith404: !isFirst, isLater: !isFirst }, signal)
    return {
      number,
      records: page.records,
      bytes: page.answer.bytes,
      total: readCount(page, total, { isFirst, what: 'the total' }),
      totalPages: readCount(page, totalPages, { isFirst, what: 'the number of pages' }),
      hasMore: readHasMore(page, hasMore),
      isNothing: page.answer.body === undefined,
    }
  }

  /**
   * The numbers of the next pages that are known to exist, as many as may be asked for at once. Offsets are planned by what the
   * first page held (a source may give less than it was asked for), and only as long as every page holds as much.
   */
  #planAhead({ index, seen, size, total, totalPages }: Progress): number[] {
    const { parallel, first, type } = this.#paging
    if (parallel === 1 || size === 0) return []
    const next = index + 1
    if (type === 'offset' && seen !== next * size) return []
    const pages = totalPages ?? (total === undefined ? 0 : Math.ceil(total / size))
    const count = Math.max(0, Math.min(parallel, pages - next))
    return Array.from({ length: count }, (_, at) => first + (next + at) * (type === 'offset' ? size : 1))
  }

  /** What the source says about its pages decides; what it does not say is taken from their records. */
  #isLast({ records, hasMore, isNothing }: NumberedPage, progress: Progress): boolean {
    const { type, end, size } = this.#paging
    const { index, seen, total, totalPages } = progress
    if (isNothing) {
      if (totalPages !== undefined && index < totalPages) throw missingPages(totalPages, index)
      return true
    }
    if (hasMore === undefined ? isEndOfPages(type, records.length, progress) : !hasMore) return true
    if (hasMore !== undefined || totalPages !== undefined) {
      if (records.length > 0 || type === 'page-number') return false
      if (hasMore === undefined && totalPages !== undefined && index >= totalPages) return true
      throw new BrokerError('source-truncated', 'The source says that there are more records but gave none.')
    }
    if (records.length === 0 || (total !== undefined && seen >= total)) return true
    return end === 'short-page' && this.#parts.sizeProof.isLast(records.length, size ?? 1)
  }
}

/** Whether the stated number of pages is reached. Where offsets go on behind a page that was not full, there are more than it says. */
function isEndOfPages(type: NumberedPaging['type'], records: number, progress: Progress): boolean {
  const { index, seen, size, totalPages } = progress
  if (totalPages === undefined || index + 1 < totalPages) return false
  return type === 'page-number' || seen - records === index * size
}

function advance(progress: Progress, page: NumberedPage): void {
  progress.seen += page.records.length
  if (progress.index === 0) progress.size = page.records.length
  progress.total = keepTotal(progress.total, page.total, 'records')
  progress.totalPages = keepTotal(progress.totalPages, page.totalPages, 'pages')
}

function missingPages(totalPages: number, given: number): BrokerError {
  return new BrokerError('source-truncated', `The source says that it has ${totalPages} pages but gave ${given}.`)
}
