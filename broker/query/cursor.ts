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
  /** afterLeft */
  g: z.number().int().min(0).default(0),
  /** afterRow */
  n: z.number().int().min(0),
  /** columns */
  c: z.string().optional(),
  /** filter */
  f: z.string().optional(),
  /** orderBy */
  o: z.string().optional(),
  /** top */
  t: z.number().int().positive().optional(),
  /** nowMs */
  w: z.number().optional(),
  /** whether there is a comparison */
  e: z.literal(true).optional(),
  /** the comparison's nowMs */
  v: z.number().optional(),
})

/** Names the next page of a read in a sealed text. */
export function sealCursor(seal: CursorSeal, reader: CursorReader, page: NextPage): string {
  const { revision, since, limit, from, choice, comparison } = page
  const content: z.input<typeof payload> = {
    ...{ r: revision, s: since, l: limit, k: from.afterKey, g: from.afterLeft, n: from.afterRow },
    ...{ c: choice.columns, f: choice.filter, o: choice.orderBy, t: choice.top, w: choice.nowMs },
    ...(comparison && { e: true, v: comparison.nowMs }),
  }
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
  const { r, s, l, k, g, n, c, f, o, t, w, e, v } = parsed.data
  return {
    revision: r,
    since: s,
    comparison: e && { nowMs: v },
    choice: { columns: c, filter: f, orderBy: o, top: t, nowMs: w },
    limit: l,
    from: { afterKey: k, afterLeft: g, afterRow: n },
  }
}

/** A reader whose columns change starts again, rather than getting two halves of different tables. */
function bindingOf({ userId, dataset, columns }: CursorReader): string {
  return joinTuple(['rows', userId, dataset, columns === undefined ? null : joinTuple(columns)])
}
