import * as z from 'zod'
import { columnTypes, type StoredColumn } from './column.ts'

const storedColumns = z.array(z.object({ name: z.string(), type: z.enum(columnTypes), isFixed: z.boolean() }))

/** The columns that the state database keeps for a dataset as JSON; none before its first pull. */
export function parseStoredColumns(json: string): readonly StoredColumn[] {
  return storedColumns.parse(JSON.parse(json))
}
