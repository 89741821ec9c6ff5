// The shape of a definition file: what `sheetbroker apply` takes. Documented for people in docs/SOURCES.md.
import * as z from 'zod'
import { jsonPointer } from './definition-parts.ts'
import { pagingDefinition, windowDefinition } from './paging-definition.ts'
import { incrementalDefinition, scheduleDefinition } from './reading-definition.ts'
import { requestDefinition } from './request-definition.ts'
import { sourceDefinition } from './source-definition.ts'
import { tableShape } from './table-definition.ts'

/** What a source or dataset may be called. Checked apart from the shapes below, so that one mistake hides no other. */
export const definitionName = /^[a-z][a-z0-9-]{0,62}$/

const name = z.string()

const userName = z
  .string()
  .min(1)
  .max(254)
  .regex(/^[^\s:]+$/, 'A user name has no spaces and no colon; an e-mail address is a good choice.')

const dataset = z.strictObject({
  title: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  source: name,
  request: requestDefinition,
  paging: pagingDefinition,
  window: windowDefinition.optional(),
  /** The most pages that one search may have, and the most records that a pull may bring: more is taken for a mistake. */
  maxPages: z.number().int().positive().max(10_000_000).default(100_000),
  maxRows: z.number().int().positive().max(100_000_000).default(5_000_000),
  /** Where the body holds the list of records. */
  records: jsonPointer.default(''),
  ...tableShape,
  /** How old a snapshot may be for a refresh to use it without a new pull. */
  freshnessSeconds: z.number().int().min(0).max(31_536_000).default(0),
  incremental: incrementalDefinition.optional(),
  schedule: scheduleDefinition.optional(),
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
