import * as z from 'zod'
import type { CursorSeal } from '../crypto/cursor-seal.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { PagePosition, PageRequest } from './page-request.ts'
import { joinTuple } from './tuple.ts'

/** Whom a cursor is for, and what of. It opens for nobody and nothing else. */
export interface CursorReader {
  readonly userId: string
  readonly dataset: string
  /** The columns that the reader may see; undefined for all. */
  readonly columns: readonly string[] | undefined
}

/** A page after the first. */
export type NextPage = PageRequest & { readonly from: PagePosition }

/** Short names: a cursor travels in an address. */
const payload = z.strictObject({
  /** revision */
  r: z.number().int().positive(),
  /** since */
  s: z.number().int().positive().nullable(),
  /** limit */
  l: z.number().int().positive(),
  /** afterKey */
  k: z.string(),
  /** afterRow */
  n: z.number().int().min(0),
})

/** Names the next page of a read in a sealed text. */
export function sealCursor(seal: CursorSeal, reader: CursorReader, page: NextPage): string {
  const { revision, since, limit, from } = page
  const content: z.infer<typeof payload> = { r: revision, s: since, l: limit, k: from.afterKey, n: from.afterRow }
  return seal.seal(content, bindingOf(reader))
}

/**
 * The page that a cursor names.
 *
 * @throws {BrokerError} `cursor-invalid` unless it was sealed for this reader, this dataset and these columns
 */
export function openCursor(seal: CursorSeal, reader: CursorReader, cursor: string): NextPage {
  const parsed = payload.safeParse(seal.open(cursor, bindingOf(reader)))
  if (!parsed.success) throw new BrokerError('cursor-invalid', 'Start again without a cursor.', { cause: parsed.error })
  const { r, s, l, k, n } = parsed.data
  return { revision: r, since: s, limit: l, from: { afterKey: k, afterRow: n } }
}

/** A reader whose columns change starts again, rather than getting two halves of different tables. */
function bindingOf({ userId, dataset, columns }: CursorReader): string {
  return joinTuple(['rows', userId, dataset, columns === undefined ? null : joinTuple(columns)])
}
