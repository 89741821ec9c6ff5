// Apart from the layout of the file: those who only write one need no schema, and each thread that loads the library pays for it.
import * as z from 'zod'
import { openEncryptedDatabase, type DataKey, type EncryptedDatabase } from '../crypto/encrypted-file.ts'
import { columnTypes } from '../dataset/column.ts'
import type { SnapshotMeta } from './snapshot-file.ts'
import type { PreviousSnapshot } from './table-build.ts'

const metaSchema = z.object({
  dataset: z.string(),
  revision: z.number().int().positive(),
  columns: z.array(z.object({ name: z.string(), type: z.enum(columnTypes) })),
  key: z.array(z.string()),
  rows: z.number().int().min(0),
  deltasSince: z.number().int().positive(),
  createdAtMs: z.number().int(),
  rowSalt: z.string(),
  indexedAfter: z.number().int().min(0).optional(),
})

/** What the snapshot says of itself; throws when it is no snapshot. */
export function readMeta(database: EncryptedDatabase): SnapshotMeta {
  const rows = database.prepare<[], { name: string; value: string }>('SELECT name, value FROM meta').all()
  return metaSchema.parse(Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as unknown])))
}

/** A finished snapshot to compare with; throws when it cannot be read. */
export function readPrevious(path: string, dataKey: DataKey): PreviousSnapshot {
  const database = openEncryptedDatabase(path, dataKey, { readonly: true })
  try {
    return { path, meta: readMeta(database) }
  } finally {
    database.close()
  }
}
