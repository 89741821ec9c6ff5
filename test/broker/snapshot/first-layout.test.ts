// Snapshots that earlier versions wrote: every row had a digest beside its cells, and every row was in the index of changes.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openEncryptedDatabase } from '../../../broker/crypto/encrypted-file.ts'
import { FullPullNeeded } from '../../../broker/snapshot/changed-rows.ts'
import { dataKey, readTable, SnapshotFolder } from './snapshot-folder.ts'

let folder: SnapshotFolder

beforeEach(async () => {
  folder = await SnapshotFolder.make()
  await mkdir(join(folder.path, 'people'))
  writeFirstLayout(join(folder.path, 'people/3-old.db'))
  folder.columns = [
    { name: 'Id', type: 'integer', isFixed: true },
    { name: 'Name', type: 'text', isFixed: true },
  ]
  folder.revision = 3
  folder.file = 'people/3-old.db'
  folder.files.set(3, folder.file)
})

afterEach(async () => {
  await folder.remove()
})

/** Revision 3 of a table: row 1 is of the first revision, row 2 of the second, row 3 of the third; 4 was deleted in the second. */
function writeFirstLayout(path: string): void {
  const database = openEncryptedDatabase(path, dataKey)
  database.exec(`
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE rows (
      _row INTEGER PRIMARY KEY, _key TEXT NOT NULL UNIQUE, _rev INTEGER NOT NULL, _hash BLOB NOT NULL, c0 INTEGER, c1 TEXT
    );
    CREATE INDEX rows_by_rev ON rows (_rev, _row);
    CREATE TABLE tombstones (_key TEXT PRIMARY KEY, _rev INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX tombstones_by_rev ON tombstones (_rev, _key);
    INSERT INTO rows VALUES (1, '1', 1, x'01', 1, 'a'), (2, '2', 2, x'02', 2, 'b'), (3, '3', 3, x'03', 3, 'c');
    INSERT INTO tombstones VALUES ('4', 2);
  `)
  const meta = {
    dataset: 'people',
    revision: 3,
    columns: [
      { name: 'Id', type: 'integer' },
      { name: 'Name', type: 'text' },
    ],
    key: ['Id'],
    rows: 3,
    deltasSince: 1,
    createdAtMs: 1,
    rowSalt: 'salt',
  }
  const insert = database.prepare('INSERT INTO meta VALUES (?, ?)')
  for (const [name, value] of Object.entries(meta)) insert.run(name, JSON.stringify(value))
  database.close()
}

describe('a snapshot of the first layout', () => {
  test('is read, with its changes', () => {
    const reader = folder.open()
    expect([...readTable(reader)]).toEqual([
      ['1', [1, 'a']],
      ['2', [2, 'b']],
      ['3', [3, 'c']],
    ])
    expect(reader.countChanges(2)).toEqual({ rows: 1, deleted: 0 })
    expect(reader.changedRows(1, { columns: [1], after: 0, limit: 9 }).keys).toEqual(['2', '3'])
    expect(reader.chooseChanges(1, { condition: { sql: 'c1 = ?', parameters: ['c'] }, order: [] })).toEqual({
      matching: Uint32Array.of(3),
      others: Uint32Array.of(2),
    })
    reader.close()
  })

  test('is compared with what the next whole pull brings', async () => {
    const same = [
      { Id: 1, Name: 'a' },
      { Id: 2, Name: 'b' },
    ]
    expect(await folder.pull([...same, { Id: 3, Name: 'c' }])).toMatchObject({ revision: 3, file: undefined })
    const result = await folder.pull([...same, { Id: 5, Name: 'e' }])
    expect(result).toMatchObject({ revision: 4, rowsChanged: 1, rowsDeleted: 1 })
    const reader = folder.open()
    expect(reader.countChanges(1)).toEqual({ rows: 2, deleted: 2 })
    expect(reader.changedRows(1, { columns: [], after: 0, limit: 9 }).keys).toEqual(['2', '5'])
    reader.close()
  })

  test('is not built upon: what changed is read with everything else', async () => {
    await expect(folder.pull([{ Id: 3, Name: 'C' }], {}, { isPartial: true })).rejects.toBeInstanceOf(FullPullNeeded)
  })
})
