import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { never, readTable, SnapshotFolder } from './snapshot-folder.ts'

let folder: SnapshotFolder

beforeEach(async () => {
  folder = await SnapshotFolder.make()
})

afterEach(async () => {
  await folder.remove()
})

function read(revision = folder.revision) {
  const reader = folder.open(revision)
  try {
    return { meta: reader.meta, rows: [...readTable(reader)].map(([key, cells]) => [key, ...cells]) }
  } finally {
    reader.close()
  }
}

const problem = (code: string, message?: RegExp) =>
  expect.objectContaining({ code, ...(message ? { message: expect.stringMatching(message) as string } : {}) }) as Error

describe('the first pull', () => {
  test('infers types over all records, in order of appearance', async () => {
    const result = await folder.pull([
      { Id: 7, Name: { First: 'Zoë', Last: null }, Born: '1990-02-28', Pay: 5, Ref: '007' },
      {
        Id: 8,
        Name: { First: '', Last: 'Ü' },
        Pay: 5.5,
        On: true,
        At: '2024-01-31T10:00:00+02:00',
        Ref: '008',
        Mix: 1,
      },
      { Id: 9, Mix: 'one', Empty: null, Long: '12345678901234567890' },
    ])
    expect(result.columns).toEqual([
      { name: 'Id', type: 'integer', isFixed: true },
      { name: 'Name.First', type: 'text', isFixed: true },
      { name: 'Name.Last', type: 'text', isFixed: true },
      { name: 'Born', type: 'date', isFixed: true },
      { name: 'Pay', type: 'decimal', isFixed: true },
      { name: 'Ref', type: 'text', isFixed: true },
      { name: 'On', type: 'boolean', isFixed: true },
      { name: 'At', type: 'datetime', isFixed: true },
      { name: 'Mix', type: 'text', isFixed: true },
      { name: 'Empty', type: 'text', isFixed: false },
      { name: 'Long', type: 'text', isFixed: true },
    ])
    expect(read().rows).toEqual([
      ['7', 7, 'Zoë', null, '1990-02-28', 5, '007', null, null, null, null, null],
      ['8', 8, '', 'Ü', null, 5.5, '008', 1, '2024-01-31T08:00:00Z', '1', null, null],
      ['9', 9, null, null, null, null, null, null, null, 'one', null, '12345678901234567890'],
    ])
    expect(result).toMatchObject({ revision: 1, rows: 3, rowsChanged: 3, rowsDeleted: 0, duplicates: 0, warnings: [] })
  })

  test('makes no column of a null that stands for an object', async () => {
    await folder.pull([
      { Id: 1, Owner: null },
      { Id: 2, Owner: { Name: 'A' } },
    ])
    expect(read().rows).toEqual([
      ['1', 1, null],
      ['2', 2, 'A'],
    ])
  })

  test('makes an empty table of no records, and the real one of the next', async () => {
    const first = await folder.pull([])
    expect(first).toMatchObject({ revision: 1, rows: 0, columns: [], warnings: [] })
    expect((await folder.pull([])).revision).toBe(1)
    expect(await folder.pull([{ Id: 1 }])).toMatchObject({ revision: 2, rowsChanged: 1 })
    expect(read().meta.columns).toEqual([{ name: 'Id', type: 'integer' }])
  })

  test('takes the types that the definition gives', async () => {
    const columns = {
      Ref: { type: 'integer' },
      Pay: { type: 'decimal' },
      Day: { type: 'date' },
      Gone: { type: 'text' },
    } as const
    const result = await folder.pull([{ Id: 1, Ref: '42', Pay: '12.50', Day: '2024-01-31T00:00:00' }], { columns })
    expect(read().rows).toEqual([['1', 1, 42, 12.5, '2024-01-31']])
    expect(result.warnings).toEqual(['The definition file gives types to columns that no record has: "Gone".'])
  })

  test('writes only encrypted bytes, for this user alone', async () => {
    const result = await folder.pull([{ Id: 1, Name: 'periwinkle' }])
    const path = join(folder.path, result.file ?? '')
    expect((await readFile(path)).includes('periwinkle')).toBe(false)
    expect((await stat(path)).mode & 0o077).toBe(0)
    expect(await folder.listFiles()).toHaveLength(1)
  })
})

describe('keys', () => {
  test('the last record of a key wins, in the place of the first, and is counted', async () => {
    const result = await folder.pull([
      { Id: 1, Name: 'a' },
      { Id: 2, Name: 'b' },
      { Id: 1, Name: 'c' },
    ])
    expect(result).toMatchObject({ rows: 2, duplicates: 1 })
    expect(read().rows).toEqual([
      ['1', 1, 'c'],
      ['2', 2, 'b'],
    ])
  })

  test('several key columns make a JSON list', async () => {
    await folder.pull([{ Id: 1, Lang: 'en' }], { key: ['Id', 'Lang'] })
    expect(read().rows).toEqual([['[1,"en"]', 1, 'en']])
  })

  test('without a key, equal rows are numbered and keep their names', async () => {
    const records: JsonRecord[] = Array.from({ length: 9 }, () => ({ A: 1 }))
    await folder.pull([{ A: 2 }, ...records], { key: [] })
    const names = read().rows.map(([key]) => String(key))
    const name = names[1] ?? ''
    expect(name).toMatch(/^[\w-]{22}$/)
    expect(names.slice(1)).toEqual([name, ...[2, 3, 4, 5, 6, 7, 8, 9].map((copy) => `${name}#${copy}`)])
    expect(await folder.pull([...records.slice(1), { A: 2 }], { key: [] })).toMatchObject({
      rowsChanged: 0,
      rowsDeleted: 1,
    })
  })

  test('names of rows tell nothing: another dataset has others for the same content', async () => {
    await folder.pull([{ A: 1 }], { key: [] })
    const other = await SnapshotFolder.make()
    await other.pull([{ A: 1 }], { key: [] })
    const reader = other.open()
    expect([...readTable(reader).keys()]).not.toEqual(read().rows.map(([key]) => key))
    reader.close()
    await other.remove()
  })

  test.each([
    { name: 'null', record: { Id: null, Name: 'x' }, message: /^Record 2 has no value in the key column "Id"/ },
    { name: 'empty', record: { Id: '', Name: 'x' }, message: /^Record 2 has no value/ },
    { name: 'absent', record: { Name: 'x' }, message: /^Record 2 has no value/ },
  ])('refuses a record whose key is $name', async ({ record, message }) => {
    await expect(folder.pull([{ Id: 1, Name: 'a' }, record])).rejects.toEqual(problem('key-invalid', message))
    expect(await folder.listFiles()).toEqual([])
  })

  test('a key column that is not there is refused with the columns that are', async () => {
    await expect(folder.pull([{ Name: 'x', Nr: 1 }])).rejects.toEqual(
      problem('key-invalid', /no column "Id", .* They have: "Name", "Nr"\./),
    )
  })

  test('another key starts the counting of changes anew', async () => {
    await folder.pull([{ Id: 1, Ref: 'a' }])
    folder.columns = []
    await folder.pull([{ Id: 1, Ref: 'a' }], { key: ['Ref'] })
    const reader = folder.open()
    expect(reader.meta).toMatchObject({ revision: 2, deltasSince: 2 })
    expect(reader.countChanges(1)).toEqual({ rows: 1, deleted: 0 })
    reader.close()
  })
})

describe('later pulls', () => {
  const first: JsonRecord[] = [
    { Id: 1, Pay: 5, Note: null, Born: '1990-01-01', At: '2024-01-01T00:00:00Z' },
    { Id: 2, Pay: 6, Note: null, Born: null, At: null },
  ]

  beforeEach(async () => {
    await folder.pull(first)
  })

  test('the same rows in another order are no change', async () => {
    expect(await folder.pull(first.toReversed())).toMatchObject({ revision: 1, file: undefined, rowsChanged: 0 })
    expect(await folder.listFiles()).toHaveLength(1)
  })

  test('only rows that differ get the new revision', async () => {
    const result = await folder.pull([{ ...first[0], Pay: 7 }, first[1] ?? {}, { Id: 3, Pay: 1 }])
    expect(result).toMatchObject({ revision: 2, rows: 3, rowsChanged: 2, rowsDeleted: 0 })
  })

  test.each([
    {
      name: 'a fraction among whole numbers',
      record: { Pay: 5.5 },
      message: /"Pay" is of type integer, .* key "3" holds a number with a fraction in it.*type: decimal/,
    },
    { name: 'a numeric text', record: { Pay: '5' }, message: /holds a text in it.*type: text/ },
    {
      name: 'a date-time among dates',
      record: { Born: '1990-01-01T00:00:00Z' },
      message: /holds a date and time.*type: datetime/,
    },
    { name: 'an impossible date', record: { Born: '1990-02-30' }, message: /holds a text/ },
    { name: 'a number among date-times', record: { At: 12 }, message: /holds a whole number/ },
    { name: 'a list', record: { Pay: [5, 6] }, message: /holds a text/ },
  ])('refuse $name, say where and what to do, and leave nothing', async ({ record, message }) => {
    await expect(folder.pull([...first, { Id: 3, ...record }])).rejects.toEqual(problem('column-mismatch', message))
    expect(await folder.listFiles()).toHaveLength(1)
  })

  test('a value that does not fit is not shown', async () => {
    await expect(folder.pull([{ Id: 3, Pay: 'secret salary' }])).rejects.toThrow(/^(?!.*secret).*$/)
    await expect(folder.pull([{ Id: 'secret id', Pay: 1 }])).rejects.toThrow(/record 1 holds a text/)
  })

  test('new columns are left out and told of, lost ones are empty and told of', async () => {
    const result = await folder.pull([{ Id: 1, Pay: 5, Born: null, Extra: 1, Deep: { x: 1 }, None: null }])
    expect(result.warnings).toEqual([
      'The source sends columns that the table does not have: "Extra", "Deep.x". To take one up, write it under `columns` in the definition file and apply it.',
      'No record has these columns any more, so they are empty: "At".',
    ])
    expect(read().rows).toEqual([['1', 1, 5, null, null, null]])
  })

  test('a column that never held a value is settled by the first, and then all rows are new', async () => {
    const result = await folder.pull([...first, { Id: 3, Note: 12 }, { Id: 4, Note: '' }])
    expect(result).toMatchObject({ revision: 2, rowsChanged: 4, rowsDeleted: 0 })
    expect(result.columns[2]).toEqual({ name: 'Note', type: 'integer', isFixed: true })
    expect(read().rows.map((row) => row[3])).toEqual([null, null, 12, null])
    await expect(folder.pull([{ Id: 3, Note: 'x' }])).rejects.toEqual(problem('column-mismatch'))
  })

  test('a column settled as text changes no other row', async () => {
    const result = await folder.pull([...first, { Id: 3, Note: 'x' }, { Id: 4, Note: 4 }])
    expect(result).toMatchObject({ rowsChanged: 2 })
    expect(read().rows.map((row) => row[3])).toEqual([null, null, 'x', '4'])
  })

  test('a deleted row leaves a tombstone, and loses it when it is back', async () => {
    await folder.pull([first[0] ?? {}])
    let reader = folder.open()
    expect(reader.deletedKeys(1, '', 10)).toEqual(['2'])
    expect(reader.deletedKeys(2, '', 10)).toEqual([])
    reader.close()
    await folder.pull(first)
    reader = folder.open()
    expect(reader.deletedKeys(1, '', 10)).toEqual([])
    expect(reader.countChanges(2)).toEqual({ rows: 1, deleted: 0 })
    reader.close()
  })

  test('a previous file that was damaged costs the comparison, not the pull', async () => {
    await writeFile(join(folder.path, folder.file ?? ''), 'damaged')
    expect(await folder.pull(first)).toMatchObject({ revision: 2, rowsChanged: 2 })
    expect(read().meta.deltasSince).toBe(2)
  })
})

describe('memory of deletions', () => {
  test('is bounded: who is too far behind reads the whole table', async () => {
    const records = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ Id: from + index }))
    await folder.pull(records(0, 100_010))
    await folder.pull(records(5, 100_010))
    await folder.pull(records(100_005, 100_010))
    const reader = folder.open()
    expect(reader.meta.deltasSince).toBe(2)
    expect(reader.countChanges(2)).toEqual({ rows: 0, deleted: 100_000 })
    reader.close()
  }, 60_000)
})

describe('ending early', () => {
  test('an abort stops between two batches and leaves nothing', async () => {
    const stop = new AbortController()
    const writer = folder.writer({})
    await writer.start()
    const adding = writer.add(
      Array.from({ length: 10_000 }, (_, Id) => ({ Id })),
      stop.signal,
    )
    stop.abort(new Error('enough'))
    await expect(adding).rejects.toThrow('enough')
    await writer.discard()
    expect(await folder.listFiles()).toEqual([])
  })

  test('a finished snapshot can still be discarded', async () => {
    const writer = folder.writer({})
    await writer.start()
    await writer.add([{ Id: 1 }], never)
    await writer.finish(never)
    expect(await folder.listFiles()).toHaveLength(1)
    await writer.discard()
    expect(await folder.listFiles()).toEqual([])
  })

  test('two attempts at one revision do not touch each other', async () => {
    const [one, other] = [folder.writer({}), folder.writer({})]
    await one.start()
    await other.start()
    await one.add([{ Id: 1 }], never)
    await other.add([{ Id: 2 }], never)
    const [first, second] = [await one.finish(never), await other.finish(never)]
    expect(first.file).not.toBe(second.file)
    await one.discard()
    expect(await folder.listFiles()).toHaveLength(1)
  })
})
