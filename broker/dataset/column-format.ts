// How a column's numbers are to be shown. No part of a snapshot: a changed format holds at once, for every revision.
import * as z from 'zod'
import type { Column, ColumnType } from './column.ts'

/**
 * `money`: amounts, of one currency where one is named. `percent`: 0.25 is 25 %. `percent-points`: 25 is 25 %.
 */
export const columnFormats = ['money', 'percent', 'percent-points'] as const

type ColumnFormat = (typeof columnFormats)[number]

/** Members of a column's rule. */
export const formatShape = {
  /** How its numbers are to be shown. */
  format: z.enum(columnFormats).optional(),
  /** ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'Write the three capital letters of ISO 4217, such as EUR.')
    .optional(),
}

interface FormatRule {
  readonly type?: ColumnType | undefined
  readonly format?: ColumnFormat | undefined
  readonly currency?: string | undefined
}

/** Reports a format for what is not a number, and a currency for what is not money. */
export function checkFormat({ type, format, currency }: FormatRule, context: z.RefinementCtx): void {
  if (format !== undefined && type !== undefined && !isNumeric(type)) {
    const message = `A column of type ${type} has no format: ${format} is for integer and decimal columns.`
    context.addIssue({ code: 'custom', path: ['format'], message })
  }
  if (currency !== undefined && format !== 'money')
    context.addIssue({ code: 'custom', path: ['currency'], message: 'A currency goes with format: money.' })
}

/** A column with how it is to be shown, as readers get it. */
export interface ShownColumn extends Column {
  readonly format?: ColumnFormat
  readonly currency?: string
}

/** The formats that a definition gives, by column. */
export type ColumnFormats = Readonly<Record<string, FormatRule>>

const definedFormats = z.object({ columns: z.record(z.string(), z.object(formatShape)).default({}) })

/** The formats in the JSON of a dataset's definition; cheaper than reading all of it. */
export function parseFormats(definition: string): ColumnFormats {
  const { columns } = definedFormats.parse(JSON.parse(definition))
  return Object.fromEntries(Object.entries(columns).filter(([, { format }]) => format !== undefined))
}

/** The column with its format; what holds no numbers, as inferred, has none. */
export function withFormat({ name, type }: Column, formats: ColumnFormats): ShownColumn {
  const { format, currency } = (isNumeric(type) && Object.hasOwn(formats, name) ? formats[name] : undefined) ?? {}
  return { name, type, ...(format !== undefined && { format }), ...(currency !== undefined && { currency }) }
}

function isNumeric(type: ColumnType): boolean {
  return type === 'integer' || type === 'decimal'
}
