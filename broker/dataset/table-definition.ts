// The shapes under a dataset that say what table its records make.
import * as z from 'zod'
import { columnTypes } from './column.ts'

const columnRule = z.strictObject({ type: z.enum(columnTypes) })

const scalar = z.union([z.string(), z.number(), z.boolean()])

/** Settings of a dataset, to be spread into its shape. */
export const tableShape = {
  /** The columns whose values together name a record; without a key every change is a deletion and an addition. */
  key: z.array(z.string().min(1)).max(8).default([]),
  /** How deep nested objects become columns of their own (`Name.First`); deeper ones become JSON text. */
  flattenDepth: z.number().int().min(0).max(8).default(3),
  /** Types that are not to be inferred. */
  columns: z.record(z.string().min(1), columnRule).default({}),
  /** Which of two records of one pull with the same key is the row. */
  duplicates: z.enum(['last', 'first', 'fail']).default('last'),
  /** The records that the source keeps but counts as deleted: the column holds this, one of these, or anything at all. */
  deletedWhen: z
    .strictObject({ column: z.string().min(1), equals: z.union([scalar, z.array(scalar).min(1)]).optional() })
    .optional(),
}

/** What a dataset's definition says about its table. */
export const tableDefinition = z.object(tableShape)
export type TableDefinition = z.infer<typeof tableDefinition>
