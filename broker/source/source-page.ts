// What the ways of paging share.
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import type { JsonObject } from './json.ts'
import type { AnsweredPage } from './page-answer.ts'
import type { PageSizeProof } from './page-size-proof.ts'
import type { PlacedValue } from './request-template.ts'

/** Records in the source's order. */
export interface SourcePage {
  readonly records: readonly JsonObject[]
  /** How many records the search has in all, where the source says so. */
  readonly total?: number | undefined
  /** How large the answer was, unpacked, where there was one answer. */
  readonly bytes?: number | undefined
}

/** A page that was asked for by its number. */
export interface NumberedPage extends SourcePage {
  /** What the request carried: the page's number, or the number of records before it. */
  readonly number: number
  /** How many pages it has, where the source says so. */
  readonly totalPages: number | undefined
  /** Whether there are more pages, where the source says so. */
  readonly hasMore: boolean | undefined
  /** Whether the source said that there is nothing here. */
  readonly isNothing: boolean
}

export interface SearchOptions {
  /** What the request carries besides the dataset's own: a window's edges. */
  readonly values: readonly PlacedValue[]
  /** The source may cut the search off at so many records; a stated total need not be met then. */
  readonly cap?: number | undefined
  /** A page that was asked for before its turn. */
  readonly ahead?: NumberedPage | undefined
}

/** One page to ask for. */
export interface PageRequest {
  readonly values: readonly PlacedValue[]
  /** The page's address, where the source named one. */
  readonly url?: URL | undefined
  /** Whether 404 means that there is nothing more, instead of a mistake. */
  readonly endsWith404: boolean
  /** Whether pages came before it: then a page without any content (204) is the end. */
  readonly isLater: boolean
}

/** What the searches of one reading share. */
export interface SearchParts {
  readonly ask: AskForPage
  readonly sizeProof: PageSizeProof
}

/** Asks the source for a page. */
export type AskForPage = (request: PageRequest, signal: AbortSignal) => Promise<AnsweredPage & { readonly url: URL }>

/** The values that ask for a page size, where the definition does. */
export function sizeValues(paging: PagingDefinition): readonly PlacedValue[] {
  if (!('size' in paging) || paging.size === undefined || paging.sizeParameter === undefined) return []
  return [{ place: paging.sizeParameter, value: paging.size }]
}
