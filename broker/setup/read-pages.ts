import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { ChainedPages } from '../source/chained-pages.ts'
import { NumberedPages } from '../source/numbered-pages.ts'
import { PageSizeProof } from '../source/page-size-proof.ts'
import type { PlacedValue } from '../source/request-template.ts'
import type { AskForPage, SourcePage } from '../source/source-page.ts'

/** The pages of a search, one after the other as a pull reads them, for whoever wants the first few. */
export function readPages(
  paging: PagingDefinition,
  { ask, values = [], maxPages = 100 }: { ask: AskForPage; values?: readonly PlacedValue[]; maxPages?: number },
  signal: AbortSignal,
): AsyncGenerator<SourcePage> {
  const parts = { ask, sizeProof: new PageSizeProof() }
  const isNumbered = paging.type === 'page-number' || paging.type === 'offset'
  const pages = isNumbered ? new NumberedPages(paging, parts, { values }) : new ChainedPages(paging, parts, { values })
  return pages.read(maxPages, signal)
}
