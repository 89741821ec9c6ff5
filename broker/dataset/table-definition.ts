// The shapes under a dataset that say what table its records make.
import * as z from 'zod'
import { columnTypes } from './column.ts'
import { checkFormat, formatShape } from './column-format.ts'
import { jsonPointer } from './definition-parts.ts'

const listMode = z.enum(['join', 'count', 'json'])

const columnRule = z
  .strictObject({
    /** Not to be inferred. */
    type: z.enum(columnTypes).optional(),
    /** What becomes of a list in this column. */
    list: listMode.optional(),
    /** What stands between the values of a joined list. */
    separator: z.string().max(20).optional(),
    ...formatShape,
  })
  .refine((rule) => Object.keys(rule).length > 0, 'Say something of the column, such as type: text.')
  .superRefine(checkFormat)

const scalar = z.union([z.string(), z.number(), z.boolean()])

/** Settings of a dataset, to be spread into its shape. */
export const tableShape = {
  /** The columns whose values together name a record; without a key every change is a deletion and an addition. */
  key: z.array(z.string().min(1)).max(8).default([]),
  /** How deep nested objects become columns of their own (`Name.First`); deeper ones become JSON text. */
  flattenDepth: z.number().int().min(0).max(8).default(3),
  /** What is to hold for single columns. */
  columns: z.record(z.string().min(1), columnRule).default({}),
  /** What becomes of lists: their values joined, how many there are, or JSON text. A list of anything but plain values is JSON text. */
  lists: listMode.default('join'),
  /** The list in a record whose elements are the rows; what else the record holds is repeated beside each. */
  expand: jsonPointer.min(1, 'Name a list in the records, such as /Items.').optional(),
  /** Columns that hold the same value in every row. */
  constants: z.record(z.string().min(1), scalar).default({}),
  /** A column that holds the name of the source. */
  sourceColumn: z.string().min(1).optional(),
  /** What to do when a later pull finds columns that the table has not, columns that are gone, and values of another type. */
  onNewColumn: z.enum(['ignore', 'add', 'fail']).default('ignore'),
  onMissingColumn: z.enum(['empty', 'fail']).default('empty'),
  onTypeChange: z.enum(['fail', 'widen', 'text']).default('fail'),
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
