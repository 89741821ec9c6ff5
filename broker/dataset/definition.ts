// The shape of a definition file: what `sheetbroker apply` takes. Documented for people in docs/SOURCES.md.
import * as z from 'zod'
import { columnTypes } from './column.ts'
import { headerName, jsonPointer, parameters } from './definition-parts.ts'
import { sourceDefinition } from './source-definition.ts'

/** What a source or dataset may be called. Checked apart from the shapes below, so that one mistake hides no other. */
export const definitionName = /^[a-z][a-z0-9-]{0,62}$/

const name = z.string()

const userName = z
  .string()
  .min(1)
  .max(254)
  .regex(/^[^\s:]+$/, 'A user name has no spaces and no colon; an e-mail address is a good choice.')

const noPaging = z.strictObject({ type: z.literal('none') })

const pageNumber = z.strictObject({
  type: z.literal('page-number'),
  /** The query parameter that carries the page's number. */
  parameter: z.string().min(1),
  first: z.number().int().min(0).default(1),
  /** The query parameter that asks for a page size, and the size. */
  sizeParameter: z.string().min(1).optional(),
  size: z.number().int().positive().max(100_000).optional(),
  /**
   * What ends the pages: a page without records (safe everywhere), or one with fewer than `size` (saves a call; only for
   * sources that always fill a page and honour `size`).
   */
  end: z.enum(['empty-page', 'short-page']).default('empty-page'),
  /** Where the body says how many records there are in all; the pull fails if it gets another number. */
  total: jsonPointer.optional(),
})

const linkHeader = z.strictObject({ type: z.literal('link-header') })

const nextLink = z.strictObject({
  type: z.literal('next-link'),
  /** Where the body holds the next page's URL, absolute or relative; absent, null or empty ends the pages. */
  next: jsonPointer.default('/@odata.nextLink'),
})

const paging = z
  .discriminatedUnion('type', [noPaging, pageNumber, linkHeader, nextLink])
  .refine(
    (value) => value.type !== 'page-number' || value.end !== 'short-page' || value.size !== undefined,
    'end: short-page needs a size.',
  )
  .refine(
    (value) => value.type !== 'page-number' || (value.size === undefined) === (value.sizeParameter === undefined),
    'size and sizeParameter belong together.',
  )

const day = z.iso.date('Write a day as YYYY-MM-DD.')

/** Reads a dataset in slices of time, split until each holds fewer records than the source's cap. */
const window = z.strictObject({
  /** The query parameters that carry the slice's edges. */
  from: z.string().min(1),
  to: z.string().min(1),
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
})

const request = z.strictObject({
  path: z.string().regex(/^\/(?!\/)[^?#]*$/, 'Write a path such as /api/v1/items, without ? and #.'),
  query: parameters.default({}),
  headers: z.record(headerName, z.string()).default({}),
})

const columnRule = z.strictObject({ type: z.enum(columnTypes) })

const dataset = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  source: name,
  request,
  paging,
  window: window.optional(),
  /** Where the body holds the list of records. */
  records: jsonPointer.default(''),
  /** The columns whose values together name a record; without a key every change is a deletion and an addition. */
  key: z.array(z.string().min(1)).max(8).default([]),
  /** How deep nested objects become columns of their own (`Name.First`); deeper ones become JSON text. */
  flattenDepth: z.number().int().min(0).max(8).default(3),
  /** Types that are not to be inferred. */
  columns: z.record(z.string().min(1), columnRule).default({}),
  /** How old a snapshot may be for a refresh to use it without a new pull. */
  freshnessSeconds: z.number().int().min(0).max(31_536_000).default(0),
})

const user = z.strictObject({ displayName: z.string().min(1).max(200).optional() })

const grant = z.strictObject({
  user: userName,
  dataset: name,
  /** The columns this user may read; all when absent. The dataset's key must be among them. */
  columns: z.array(z.string().min(1)).min(1).optional(),
})

/** A whole definition file. Every section may be absent; names are the keys of the maps. */
export const definitionFile = z.strictObject({
  sources: z.record(name, sourceDefinition).default({}),
  datasets: z.record(name, dataset).default({}),
  users: z.record(userName, user).default({}),
  grants: z.array(grant).default([]),
})

export const datasetDefinition = dataset
export type DefinitionFile = z.infer<typeof definitionFile>
export type DatasetDefinition = z.infer<typeof dataset>
export type PagingDefinition = z.infer<typeof paging>
export type WindowDefinition = z.infer<typeof window>
export type GrantDefinition = z.infer<typeof grant>
