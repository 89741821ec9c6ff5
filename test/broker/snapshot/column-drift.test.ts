import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import { FullPullNeeded } from '../../../broker/snapshot/changed-rows.ts'
import { readTable, SnapshotFolder } from './snapshot-folder.ts'

let folder: SnapshotFolder

beforeEach(async () => {
  folder = await SnapshotFolder.make()
})

afterEach(async () => {
  await folder.remove()
})

function read() {
  const reader = folder.open()
  try {
    return { columns: reader.meta.columns, rows: [...readTable(reader).values()] }
  } finally {
    reader.close()
  }
}

const problem = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error

const first: readonly JsonRecord[] = [
  { Id: 1, Pay: 5, Day: '2026-01-01' },
  { Id: 2, Pay: 6, Day: '2026-01-02' },
]

describe('an object where a column held plain values', () => {
  test('fails the pull instead of emptying the column', async () => {
    await folder.pull([{ Id: 1, V: 'a' }])
    await expect(folder.pull([{ Id: 1, V: { x: 1 } }])).rejects.toEqual(
      problem('column-mismatch', /"V" held plain values/),
    )
  })

  test('is no drift where both stood in the first pull already', async () => {
    await folder.pull([
      { Id: 1, V: 'a' },
      { Id: 2, V: { x: 1 } },
    ])
    expect(await folder.pull([{ Id: 1, V: { x: 2, y: 3 } }])).toMatchObject({ revision: 2 })
  })
})

describe('onNewColumn', () => {
  const later: readonly JsonRecord[] = [
    first[0] ?? {},
    { ...first[1], Extra: { A: '2026-02-01' }, None: null, Obj: null },
  ]

  test('add: takes it up, with its type, and tells; earlier rows are empty in it', async () => {
    await folder.pull(first, { onNewColumn: 'add' })
    const result = await folder.pull(later, { onNewColumn: 'add' })
    expect(result.warnings).toEqual(['The source sends new columns, which the table now has: "Extra.A".'])
    expect(result).toMatchObject({ revision: 2, rowsChanged: 2 })
    expect(read()).toEqual({
      columns: [
        { name: 'Id', type: 'integer' },
        { name: 'Pay', type: 'integer' },
        { name: 'Day', type: 'date' },
        { name: 'Extra.A', type: 'date' },
      ],
      rows: [
        [1, 5, '2026-01-01', null],
        [2, 6, '2026-01-02', '2026-02-01'],
      ],
    })
    expect(await folder.pull(later, { onNewColumn: 'add' })).toMatchObject({ revision: 2, warnings: [] })
  })

  test('add: with the type that the definition gives', async () => {
    await folder.pull(first)
    const columns = { 'Extra.A': { type: 'text' } } as const
    await folder.pull(later, { onNewColumn: 'add', columns })
    expect(read().columns.at(-1)).toEqual({ name: 'Extra.A', type: 'text' })
  })

  test('add: a partial pull that finds one has everything read', async () => {
    await folder.pull(first)
    const pull = folder.pull(later.slice(1), { onNewColumn: 'add' }, { isPartial: true })
    await expect(pull).rejects.toThrow(FullPullNeeded)
  })

  test('fail: names it and what to do', async () => {
    await folder.pull(first)
    await expect(folder.pull(later, { onNewColumn: 'fail' })).rejects.toEqual(
      problem('column-mismatch', /"Extra\.A".*`onNewColumn: fail`/),
    )
    expect(await folder.pull([{ ...first[0], None: null }], { onNewColumn: 'fail' })).toMatchObject({ revision: 2 })
  })
})

describe('onMissingColumn', () => {
  const later = first.map(({ Id, Pay = null }) => ({ Id: Id ?? null, Pay }))

  test('fail: names it and what to do, but not for a table without rows', async () => {
    await folder.pull(first)
    await expect(folder.pull(later, { onMissingColumn: 'fail' })).rejects.toEqual(
      problem('column-mismatch', /^No record has the column "Day" any more/),
    )
    expect(await folder.pull([], { onMissingColumn: 'fail' })).toMatchObject({ rows: 0 })
  })

  test('fail: records of a partial pull need not have it', async () => {
    await folder.pull(first)
    const result = await folder.pull([{ Id: 1, Pay: 7 }], { onMissingColumn: 'fail' }, { isPartial: true })
    expect(result).toMatchObject({ rowsChanged: 1, warnings: [] })
  })
})

describe('onTypeChange', () => {
  test.each([
    { rule: 'widen', to: 5.5, type: 'decimal', cells: [1, 5.5] },
    { rule: 'text', to: 5.5, type: 'decimal', cells: [1, 5.5] },
    { rule: 'text', to: 'five', type: 'text', cells: ['1', 'five'] },
    { rule: 'text', to: true, type: 'text', cells: ['1', 'true'] },
    { rule: 'text', to: [1, 2], type: 'text', cells: ['1', '1, 2'] },
  ] as const)('$rule: $to makes a column of whole numbers $type, and tells', async ({ rule, to, type, cells }) => {
    await folder.pull([{ Id: 1, Pay: 1 }])
    const later: JsonRecord[] = [
      { Id: 1, Pay: 1 },
      { Id: 2, Pay: to },
    ]
    const result = await folder.pull(later, { onTypeChange: rule })
    expect(result).toMatchObject({ rowsChanged: 2, rowsDeleted: 0 })
    expect(result.warnings).toEqual([`The column "Pay" was of type integer and now holds other values: it is ${type}.`])
    expect(read().columns[1]).toEqual({ name: 'Pay', type })
    expect(read().rows.map(([, pay]) => pay)).toEqual(cells)
    expect(await folder.pull(later, { onTypeChange: rule })).toMatchObject({ revision: 2, warnings: [] })
  })

  test.each([
    {
      name: 'a text among whole numbers, where only widening is allowed',
      definition: { onTypeChange: 'widen' },
      pay: 'x',
    },
    {
      name: 'a fraction where the definition gives the type',
      definition: { onTypeChange: 'text', columns: { Pay: { type: 'integer' } } },
      pay: 1.5,
    },
  ] as const)('$name still fails', async ({ definition, pay }) => {
    await folder.pull([{ Id: 1, Pay: 1 }], definition)
    await expect(folder.pull([{ Id: 2, Pay: pay }], definition)).rejects.toEqual(problem('column-mismatch', /"Pay"/))
  })

  test('whole numbers stay decimals, and what fits changes nothing', async () => {
    await folder.pull([{ Id: 1, Pay: 1.5 }])
    expect(
      await folder.pull(
        [
          { Id: 1, Pay: 1.5 },
          { Id: 2, Pay: 2 },
        ],
        { onTypeChange: 'text' },
      ),
    ).toMatchObject({ rowsChanged: 1 })
    expect(read().columns[1]).toEqual({ name: 'Pay', type: 'decimal' })
  })

  test('a partial pull that finds another type has everything read, unless it may not change', async () => {
    await folder.pull([{ Id: 1, Pay: 1 }])
    const pull = (onTypeChange: 'widen' | 'fail') =>
      folder.pull([{ Id: 1, Pay: 1.5 }], { onTypeChange }, { isPartial: true })
    await expect(pull('widen')).rejects.toThrow(FullPullNeeded)
    await expect(pull('fail')).rejects.toEqual(problem('column-mismatch', /"Pay"/))
  })
})

describe('lists, elements and constants', () => {
  test('become columns and rows as the definition says', async () => {
    await folder.pull(
      [
        {
          Id: 1,
          Tags: ['a', 'b'],
          Skills: [],
          Items: [
            { Sku: 's', N: 1 },
            { Sku: 't', N: 2 },
          ],
        },
        { Id: 2, Tags: [], Skills: [1, 2, 3], Items: [{ Sku: 's', N: 3 }] },
        { Id: 3, Tags: null, Items: [] },
      ],
      {
        expand: '/Items',
        key: ['Id', '_position'],
        lists: 'count',
        columns: { Tags: { list: 'join', separator: ' | ' } },
        constants: { Region: 'EMEA' },
        sourceColumn: 'From',
      },
    )
    expect(read()).toEqual({
      columns: [
        { name: 'Id', type: 'integer' },
        { name: 'Tags', type: 'text' },
        { name: 'Skills', type: 'integer' },
        { name: 'Items.Sku', type: 'text' },
        { name: 'Items.N', type: 'integer' },
        { name: 'Region', type: 'text' },
        { name: 'From', type: 'text' },
        { name: '_position', type: 'integer' },
      ],
      rows: [
        [1, 'a | b', 0, 's', 1, 'EMEA', 'api', 1],
        [1, 'a | b', 0, 't', 2, 'EMEA', 'api', 2],
        [2, null, 3, 's', 3, 'EMEA', 'api', 1],
      ],
    })
  })
})
