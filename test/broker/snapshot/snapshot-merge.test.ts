import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { TableDefinition } from '../../../broker/dataset/table-definition.ts'
import { FullPullNeeded } from '../../../broker/snapshot/changed-rows.ts'
import { never, readTable, SnapshotFolder } from './snapshot-folder.ts'

let folder: SnapshotFolder

beforeEach(async () => {
  folder = await SnapshotFolder.make()
})

afterEach(async () => {
  await folder.remove()
})

const first: readonly JsonRecord[] = [
  { Id: 1, Name: 'a', Gone: false, At: '2026-01-01T00:00:00Z' },
  { Id: 2, Name: 'b', Gone: false, At: '2026-01-02T00:00:00Z' },
  { Id: 3, Name: 'c', Gone: false, At: '2026-01-03T00:00:00Z' },
]
const deletedWhen = { column: 'Gone', equals: true }

const merge = (records: readonly JsonRecord[], definition: Partial<TableDefinition> = {}) =>
  folder.pull(records, definition, { isPartial: true, updatedColumn: 'At' })

function read() {
  const reader = folder.open()
  try {
    return {
      meta: reader.meta,
      rows: [...readTable(reader, 2)].map(([, cells]) => [cells[0], cells[1]]),
    }
  } finally {
    reader.close()
  }
}

function deltasSince(since: number) {
  const reader = folder.open()
  try {
    const columns = [0]
    const rows = reader.changedRows(since, { columns, after: 0, limit: 10 })
    return { changed: rows.keys, deleted: reader.deletedKeys(since, '', 10), counts: reader.countChanges(since) }
  } finally {
    reader.close()
  }
}

describe('a partial pull', () => {
  beforeEach(async () => {
    await folder.pull(first)
  })

  test('replaces, adds, and leaves the rest and its revisions alone', async () => {
    const result = await merge([
      { ...first[1], Name: 'B' },
      { Id: 4, Name: 'd', Gone: false, At: '2026-01-04T00:00:00Z' },
    ])
    expect(result).toMatchObject({ revision: 2, rows: 4, rowsChanged: 2, rowsDeleted: 0, duplicates: 0, warnings: [] })
    expect(read().rows).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'c'],
      [4, 'd'],
    ])
    expect(deltasSince(1)).toEqual({ changed: ['2', '4'], deleted: [], counts: { rows: 2, deleted: 0 } })
    expect(read().meta).toMatchObject({ revision: 2, rows: 4, deltasSince: 1 })
  })

  test.each([
    { name: 'no record', records: [] },
    { name: 'records as they were', records: first.slice(1) },
    { name: 'a record that goes and comes back', records: [{ ...first[0], Gone: true }, first[0] ?? {}] },
    { name: 'a record that changes and changes back', records: [{ ...first[0], Name: 'x' }, first[0] ?? {}] },
    { name: 'the deletion of one that never was', records: [{ Id: 9, Name: 'x', Gone: true, At: null }] },
  ])('of $name makes no revision and leaves no file', async ({ records }) => {
    const files = await folder.listFiles()
    expect(await merge(records, { deletedWhen })).toMatchObject({
      revision: 1,
      file: undefined,
      rows: 3,
      rowsChanged: 0,
    })
    expect(await folder.listFiles()).toEqual(files)
  })

  test('takes out what is marked as deleted, and puts it in again', async () => {
    const gone = { ...first[1], Gone: true }
    expect(await merge([gone], { deletedWhen })).toMatchObject({ revision: 2, rows: 2, rowsChanged: 0, rowsDeleted: 1 })
    expect(deltasSince(1)).toMatchObject({ changed: [], deleted: ['2'] })
    expect(await merge([gone], { deletedWhen })).toMatchObject({ revision: 2, rowsDeleted: 0 })
    expect(await merge([first[1] ?? {}], { deletedWhen })).toMatchObject({ revision: 3, rows: 3, rowsChanged: 1 })
    expect(deltasSince(1)).toMatchObject({ changed: ['2'], deleted: [] })
    expect(deltasSince(2)).toMatchObject({ changed: ['2'], deleted: [] })
  })

  test('a row that came back and went within one pull stays told of as deleted', async () => {
    const gone = { ...first[1], Gone: true }
    await merge([gone, { ...first[0], Name: 'x' }], { deletedWhen })
    await merge([first[1] ?? {}, gone, { ...first[0], Name: 'y' }], { deletedWhen })
    expect(deltasSince(1)).toMatchObject({ changed: ['1'], deleted: ['2'] })
  })

  test('after a full pull with gaps between rows, nothing is lost or doubled', async () => {
    await folder.pull([...first, { Id: 7, Name: 'g', Gone: false, At: null }, { ...first[0], Gone: true }], {
      deletedWhen,
    })
    expect(read().rows.map(([id]) => id)).toEqual([2, 3, 7])
    await merge(
      [
        { Id: 8, Name: 'h', Gone: false, At: null },
        { ...first[2], Gone: true },
      ],
      { deletedWhen },
    )
    expect(read().rows.map(([id]) => id)).toEqual([2, 7, 8])
    await folder.pull([{ Id: 8, Name: 'h', Gone: false, At: null }], { deletedWhen })
    expect(deltasSince(1)).toMatchObject({ changed: ['8'], deleted: ['1', '2', '3', '7'] })
    expect(deltasSince(3)).toMatchObject({ changed: [], deleted: ['2', '7'] })
  })

  test('a later full pull finds the rows as they are', async () => {
    await merge([{ ...first[1], Name: 'B' }])
    const now = [first[0] ?? {}, { ...first[1], Name: 'B' }]
    expect(await folder.pull(now)).toMatchObject({ revision: 3, rowsChanged: 0, rowsDeleted: 1 })
    expect(await folder.pull(now)).toMatchObject({ revision: 3 })
  })

  test.each([
    { rule: 'last', name: 'y' },
    { rule: 'first', name: 'x' },
  ] as const)('of two records of one key the $rule counts', async ({ rule, name }) => {
    const records = [
      { ...first[0], Name: 'x' },
      { ...first[0], Name: 'y' },
    ]
    expect(await merge(records, { duplicates: rule })).toMatchObject({ rowsChanged: 1, duplicates: 1 })
    expect(read().rows[0]).toEqual([1, name])
  })

  test('finds the newest change, by the second', async () => {
    const records = [
      { ...first[0], At: '2026-02-01T00:00:00.5Z' },
      { ...first[1], At: '2026-01-05T00:00:00Z' },
      { ...first[2], At: null },
    ]
    expect((await merge(records)).latestChangeMs).toBe(Date.UTC(2026, 1, 1))
    expect((await merge([{ ...first[2], At: null }])).latestChangeMs).toBeUndefined()
  })

  test.each([
    { name: 'a column has its first value', records: [{ ...first[0], Empty: 1 }] },
    { name: 'the key is another', records: [], definition: { key: ['Name'] } },
  ])('everything must be read when $name', async ({ records, definition }) => {
    await folder.pull(first.map((record) => ({ ...record, Empty: null })))
    folder.columns = [
      ...folder.columns.filter(({ name }) => name !== 'Empty'),
      { name: 'Empty', type: 'text', isFixed: false },
    ]
    await expect(merge(records, definition ?? {})).rejects.toThrow(FullPullNeeded)
  })

  test('and when the table was empty so far', async () => {
    folder.columns = []
    folder.file = undefined
    folder.revision = 0
    await folder.pull([])
    await expect(merge([{ ...first[0] }])).rejects.toThrow(FullPullNeeded)
  })

  test('and when the current snapshot is damaged or gone', async () => {
    folder.file = undefined
    await expect(merge([])).rejects.toThrow(FullPullNeeded)
  })

  test('a value that does not fit fails it, and leaves nothing', async () => {
    const files = await folder.listFiles()
    await expect(
      merge([
        { ...first[0], Name: 'x' },
        { ...first[1], At: 'soon' },
      ]),
    ).rejects.toThrow(/of type datetime/)
    expect(await folder.listFiles()).toEqual(files)
  })

  test('an abort leaves nothing either', async () => {
    const files = await folder.listFiles()
    const writer = folder.writer({}, { isPartial: true })
    await writer.start()
    await writer.add([{ ...first[0], Name: 'x' }], never)
    await writer.discard()
    expect(await folder.listFiles()).toEqual(files)
  })
})

describe('duplicates in a full pull', () => {
  const twice = [
    { Id: 1, Name: 'x' },
    { Id: 1, Name: 'y' },
  ]

  test('the first record counts where that is the rule', async () => {
    expect(await folder.pull(twice, { duplicates: 'first' })).toMatchObject({ rows: 1, duplicates: 1 })
    expect(read().rows).toEqual([[1, 'x']])
  })

  test('fail the pull where none may be', async () => {
    const failure = expect.objectContaining({
      code: 'key-invalid',
      message: expect.stringMatching(/key "1"/) as string,
    }) as Error
    await expect(folder.pull(twice, { duplicates: 'fail' })).rejects.toEqual(failure)
    expect(await folder.listFiles()).toEqual([])
  })
})

describe('records marked as deleted', () => {
  const deletedWhen = { column: 'S', equals: 'deleted' }
  const live = { Id: 1, S: 'new' }
  const deleted = { Id: 1, S: 'deleted' }
  const other = { Id: 2, S: 'x' }

  test.each([
    { duplicates: 'last', records: [live, deleted], ids: [2] },
    { duplicates: 'last', records: [deleted, live], ids: [1, 2] },
    { duplicates: 'first', records: [live, deleted], ids: [1, 2] },
    { duplicates: 'first', records: [deleted, live], ids: [2] },
    { duplicates: 'first', records: [deleted, deleted, live], ids: [2] },
  ] as const)(
    'are records like others where the $duplicates counts: $records',
    async ({ duplicates, records, ids }) => {
      const definition = { deletedWhen, duplicates }
      const idsOf = (): unknown[] => read().rows.map(([id]) => id)
      await folder.pull([...records, other], definition)
      expect(idsOf().toSorted()).toEqual(ids)
      for (const state of ['old', 'deleted']) {
        await folder.pull([{ Id: 1, S: state }, other], definition)
        await folder.pull(records, definition, { isPartial: true })
        expect(idsOf().toSorted()).toEqual(ids)
      }
    },
  )

  test.each([false, true])(
    'fail the pull with another one of their key where none may be; incremental: %s',
    async (isPartial) => {
      const definition = { deletedWhen, duplicates: 'fail' } as const
      await folder.pull([other], definition)
      for (const records of [
        [live, deleted],
        [deleted, live],
      ])
        await expect(folder.pull(records, definition, { isPartial })).rejects.toMatchObject({ code: 'key-invalid' })
    },
  )

  test.each([
    { name: 'by one value', mark: { column: 'S', equals: 'deleted' }, ids: [1, 2] },
    { name: 'by one of several', mark: { column: 'S', equals: ['deleted', 'archived'] }, ids: [1] },
    { name: 'by any value', mark: { column: 'S' }, ids: [] },
    { name: 'by a number written as text', mark: { column: 'F', equals: '1' }, ids: [1, 2] },
    { name: 'by a flag', mark: { column: 'B.Is', equals: true }, ids: [2, 3] },
  ])('$name are no rows', async ({ mark, ids }) => {
    await folder.pull(
      [
        { Id: 1, S: 'new', F: 0, B: { Is: true } },
        { Id: 2, S: 'archived', F: null, B: { Is: false } },
        { Id: 3, S: 'deleted', F: 1, B: {} },
      ],
      { deletedWhen: mark },
    )
    expect(read().rows.map(([id]) => id)).toEqual(ids)
  })

  test('count from their first on, though the table has no such column', async () => {
    const definition = { deletedWhen: { column: 'Deleted' } }
    const result = await folder.pull([{ Id: 1 }, { Id: 2 }], definition)
    expect(result.warnings).toEqual([expect.stringMatching(/^No record has the column "Deleted"/)])
    expect(await folder.pull([{ Id: 1, Deleted: true }, { Id: 2 }], definition)).toMatchObject({
      rows: 1,
      warnings: [],
    })
  })
})
