// One search: a dataset's request, with or without the edges of a window, read page by page until the source has no more.
import type { DatasetDefinition } from '../dataset/definition.ts'
import { ChainedPages } from './chained-pages.ts'
import { NumberedPages } from './numbered-pages.ts'
import { readRecords, refuseNoContent } from './page-answer.ts'
import { PageSizeProof } from './page-size-proof.ts'
import { RequestTemplate } from './request-template.ts'
import type { SourceClient } from './source-client.ts'
import type { AskForPage, NumberedPage, SearchOptions, SearchParts, SourcePage } from './source-page.ts'

/** Reads searches of one dataset. */
export class Search {
  readonly #client: SourceClient
  readonly #dataset: DatasetDefinition
  readonly #template: RequestTemplate
  readonly #isUrgent: () => boolean
  readonly #sizeProof = new PageSizeProof()

  constructor(
    client: SourceClient,
    dataset: DatasetDefinition,
    options: { readonly baseUrl: string; readonly isUrgent: () => boolean },
  ) {
    this.#client = client
    this.#dataset = dataset
    this.#template = new RequestTemplate(dataset.request, options.baseUrl)
    this.#isUrgent = options.isUrgent
  }

  /**
   * Yields the pages that hold records, in order, until the source has no next one; holds one page at a time, and as many more as
   * are asked for at once.
   *
   * @throws {BrokerError} `source-malformed` when a page cannot be read or a link leaves the source's origin;
   * `source-loop` when a page, a link or a cursor comes again; `source-truncated` when a stated total is not met;
   * `source-changed` when that total changes meanwhile; `source-too-large` when there are more than `maxPages`;
   * `source-rejected` when an answer tells of errors
   */
  pages(options: SearchOptions, signal: AbortSignal): AsyncGenerator<SourcePage> {
    const { paging, maxPages } = this.#dataset
    const pages =
      paging.type === 'page-number' || paging.type === 'offset'
        ? new NumberedPages(paging, this.#parts, options)
        : new ChainedPages(paging, this.#parts, options)
    return pages.read(maxPages, signal)
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
    if (paging.type !== 'page-number' && paging.type !== 'offset') return undefined
    if (paging.size === undefined || count <= paging.size) return undefined
    const pagesBefore = Math.ceil(count / paging.size) - 1
    const recordsBefore = pagesBefore * paging.size
    const number = paging.first + (paging.type === 'offset' ? recordsBefore : pagesBefore)
    const page = await new NumberedPages(paging, this.#parts, options).page(number, signal)
    return { page, holdsIt: page.records.length >= count - recordsBefore }
  }

  get #parts(): SearchParts {
    return { ask: this.#ask, sizeProof: this.#sizeProof }
  }

  readonly #ask: AskForPage = async ({ values, url, endsWith404, isLater }, signal) => {
    const { request, records } = this.#dataset
    const plain = url === undefined ? this.#template.fill(values) : this.#template.follow(url, values)
    const call = { ...plain, endpoint: request.path, errors: request.errors, endsWith404, isUrgent: this.#isUrgent() }
    const answer = await this.#client.ask(call, signal)
    if (!isLater) refuseNoContent(answer, request)
    return { records: readRecords(answer, records), answer, url: plain.url }
  }
}
