// How the pages of a dataset follow each other, and how it is cut into slices of time.
import * as z from 'zod'
import { jsonPointer } from './definition-parts.ts'
import { answerPlace, requestPlace } from './request-definition.ts'

/** Asks for a page size. */
const sized = {
  sizeParameter: requestPlace.optional(),
  size: z.number().int().positive().max(100_000).optional(),
}

/** What an answer says about the whole. */
const stated = {
  /** The number of records in all; the pull fails if it gets another number. */
  total: answerPlace.optional(),
  /** Whether there are more pages: true or false in every answer. */
  hasMore: answerPlace.optional(),
}

const numbered = {
  /** What carries the page's number, or the number of records before it. */
  parameter: requestPlace,
  ...sized,
  ...stated,
  /** The number of pages in all. */
  totalPages: answerPlace.optional(),
  /**
   * What ends the pages where nothing else does: a page without records (safe everywhere), or one with fewer than `size` (saves
   * a call; only for sources that always fill a page and honour `size`).
   */
  end: z.enum(['empty-page', 'short-page']).default('empty-page'),
  /** The most pages that are asked for at once, for sources that say how many there are and keep their order. */
  parallel: z.number().int().min(1).max(16).default(1),
}

const noPaging = z.strictObject({ type: z.literal('none'), ...stated })

const pageNumber = z.strictObject({
  type: z.literal('page-number'),
  ...numbered,
  first: z.number().int().min(0).default(1),
})

const offset = z.strictObject({
  type: z.literal('offset'),
  ...numbered,
  first: z.number().int().min(0).default(0),
})

const cursor = z.strictObject({
  type: z.literal('cursor'),
  /** What carries the cursor from the second page on. */
  parameter: requestPlace,
  /** Where an answer has the next page's cursor; absent, null, false or empty ends the pages. */
  next: answerPlace,
  ...sized,
  ...stated,
  /** For sources that give a cursor with the last page too. */
  end: z.enum(['no-next', 'empty-page', 'short-page']).default('no-next'),
})

const keyset = z.strictObject({
  type: z.literal('keyset'),
  /** What carries the last record's value from the second page on. */
  parameter: requestPlace,
  /** Where a record has that value: unique, and what the source sorts by. */
  field: jsonPointer.min(1, 'Name a member of a record, such as /id.'),
  ...sized,
  ...stated,
  end: z.enum(['empty-page', 'short-page']).default('empty-page'),
})

const linkHeader = z.strictObject({ type: z.literal('link-header'), ...stated })

const nextLink = z.strictObject({
  type: z.literal('next-link'),
  /** Where an answer has the next page's URL, absolute or relative; absent, null, false or empty ends the pages. */
  next: answerPlace.default('/@odata.nextLink'),
  ...stated,
})

/** How the pages follow each other. */
export const pagingDefinition = z
  .discriminatedUnion('type', [noPaging, pageNumber, offset, cursor, keyset, linkHeader, nextLink])
  .refine(
    (value) => !('end' in value) || value.end !== 'short-page' || value.size !== undefined,
    'end: short-page needs a size.',
  )
  .refine(
    (value) => !('size' in value) || value.size === undefined || value.sizeParameter !== undefined,
    'size and sizeParameter belong together.',
  )
  .refine(
    (value) => !('sizeParameter' in value) || value.sizeParameter === undefined || value.size !== undefined,
    'size and sizeParameter belong together.',
  )
  .refine(
    (value) =>
      !('parallel' in value) || value.parallel === 1 || value.total !== undefined || value.totalPages !== undefined,
    'parallel needs total or totalPages: only then is it known which pages there are.',
  )

const day = z.iso.date('Write a day as YYYY-MM-DD.')

/** What narrows a search where the smallest slice of time still reaches the cap. */
const split = z.strictObject({
  parameter: requestPlace,
  /** Every value that a record may have; each record must belong to exactly one. */
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .min(2)
    .max(1_000)
    .refine((values) => new Set(values).size === values.length, 'A value stands here twice.'),
})

/** Reads a dataset in slices of time, split until each holds fewer records than the source's cap. */
export const windowDefinition = z
  .strictObject({
    /** What carries the slice's edges. */
    from: requestPlace,
    to: requestPlace,
    /** How the edges are written: `date` as 2026-01-31, `datetime` as 2026-01-31T00:00:00Z. */
    format: z.enum(['date', 'datetime']).default('date'),
    /** Whether a record that lies exactly on the `to` edge belongs to the slice. */
    toIs: z.enum(['inclusive', 'exclusive']).default('inclusive'),
    /** The first day that may hold a record. */
    start: day,
    /** The last day that may hold one, or `today` (one day is added, for time zones ahead of UTC). */
    end: z.union([z.literal('today'), day]).default('today'),
    /** The most records that the source gives for one search; a slice with exactly as many is taken for cut off. */
    cap: z.number().int().positive().optional(),
    split: split.optional(),
  })
  .refine((value) => value.end !== '9999-12-31' || (value.format === 'date' && value.toIs === 'inclusive'), {
    path: ['end'],
    message: 'The day after this one would be asked for, and has no date of four digits: end a day earlier.',
  })
  .refine(
    (value) => value.split === undefined || value.cap !== undefined,
    'split needs a cap: without one nothing is split.',
  )
  .refine(
    (value) => value.split === undefined || value.format === 'date' || value.toIs === 'exclusive',
    'split works with format: date, or with toIs: exclusive.',
  )

export type PagingDefinition = z.infer<typeof pagingDefinition>
export type WindowDefinition = z.infer<typeof windowDefinition>
export type SplitDefinition = z.infer<typeof split>
