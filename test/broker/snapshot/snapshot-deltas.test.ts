import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { readTable, SnapshotFolder } from './snapshot-folder.ts'

/** Reads the changes since a revision in small pages and applies them to a copy of that revision's table. */
function catchUp(folder: SnapshotFolder, since: number, old: ReadonlyMap<string, readonly unknown[]>) {
  const reader = folder.open()
  try {
    const table = new Map(old)
    const columns = reader.meta.columns.map((_, index) => index)
    const deleted: string[] = []
    for (let after = ''; ;) {
      const keys = reader.deletedKeys(since, after, 2)
      for (const key of keys) table.delete(key)
      deleted.push(...keys)
      if (keys.length < 2) break
      after = keys.at(-1) ?? ''
    }
    const changed: string[] = []
    for (let after = 0; ;) {
      const slice = reader.changedRows(since, { columns, after, limit: 3 })
      slice.keys.forEach((key, index) => table.set(key, slice.cells[index] ?? []))
      changed.push(...slice.keys)
      if (slice.keys.length < 3) break
      after = slice.lastRow
    }
    return { table, changed, deleted, counts: reader.countChanges(since), deltasSince: reader.meta.deltasSince }
  } finally {
    reader.close()
  }
}

const sortTable = (table: ReadonlyMap<string, readonly unknown[]>) =>
  [...table].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const people: fc.Arbitrary<JsonRecord[]> = fc.array(
  fc.record({
    Id: fc.integer({ min: 1, max: 12 }),
    Name: fc.option(fc.constantFrom('Zoë', '', '=1+1', '007', 'a"b', '2024-01-31'), { freq: 8 }),
    Age: fc.option(fc.integer({ min: 20, max: 22 }), { freq: 8 }),
  }),
  { minLength: 1, maxLength: 14 },
)

const onlyText: JsonRecord = { Id: 99, Name: 'text', Age: 1 }

describe.each([{ key: ['Id'] }, { key: ['Id', 'Name'] }, { key: [] }])('with the key $key', ({ key }) => {
  test('the changes since any earlier revision lead from that table to the newest one', async () => {
    const usable = people.map((records) =>
      // A record must have its key, and the first pull must settle every type, so that columns stay as they are.
      [...records, onlyText].filter((record) => key.every((name) => record[name] !== null && record[name] !== '')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(usable, { minLength: 1, maxLength: 6 }), async (pulls) => {
        const folder = await SnapshotFolder.make()
        try {
          const tables = new Map<number, Map<string, readonly unknown[]>>()
          for (const records of pulls) {
            const result = await folder.pull(records, { key })
            const reader = folder.open()
            const table = readTable(reader, 4)
            reader.close()
            const before = tables.get(result.revision)
            // The same revision again must mean the same rows.
            if (before) expect(sortTable(table)).toEqual(sortTable(before))
            else tables.set(result.revision, table)
            expect(table.size).toBe(expectedRows(records, key))
            expect(result.rows).toBe(table.size)
          }
          const newest = tables.get(folder.revision) ?? new Map()
          for (const [since, old] of tables) {
            const caughtUp = catchUp(folder, since, old)
            expect(sortTable(caughtUp.table)).toEqual(sortTable(newest))
            expect(caughtUp.counts).toEqual({ rows: caughtUp.changed.length, deleted: caughtUp.deleted.length })
            expect(caughtUp.deltasSince).toBe(1)
            expectNothingNeedless(
              caughtUp,
              [...tables].filter(([revision]) => revision >= since).map(([, table]) => table),
            )
            if (since === folder.revision) expect(caughtUp.counts).toEqual({ rows: 0, deleted: 0 })
          }
        } finally {
          await folder.remove()
        }
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

/** What was deleted was there, and what changed had other cells or was missing, in one of the tables since. */
function expectNothingNeedless(
  { deleted, changed }: { readonly deleted: readonly string[]; readonly changed: readonly string[] },
  tables: readonly ReadonlyMap<string, readonly unknown[]>[],
): void {
  for (const key of deleted) expect(tables.some((table) => table.has(key))).toBe(true)
  for (const key of changed) {
    expect(new Set(tables.map((table) => JSON.stringify(table.get(key)))).size).toBeGreaterThan(1)
  }
}

/** What the table must hold, counted without the code under test. */
function expectedRows(records: readonly JsonRecord[], key: readonly string[]): number {
  if (key.length === 0) return records.length
  return new Set(records.map((record) => JSON.stringify(key.map((name) => record[name])))).size
}
