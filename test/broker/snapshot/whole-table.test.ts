// Pulls larger than the rows that tell the types: the table is written on a thread, by types that later rows may contradict. It must be
// what the types of all rows make of it, which is what `expectedTable` does in the plain way.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCoercer } from '../../../broker/dataset/coerce.ts'
import { Flattener, type JsonRecord } from '../../../broker/dataset/flatten.ts'
import { noteKinds } from '../../../broker/dataset/infer.ts'
import { tableDefinition, type TableDefinition } from '../../../broker/dataset/table-definition.ts'
import { listRulesOf } from '../../../broker/snapshot/column-drift.ts'
import { planFound } from '../../../broker/snapshot/column-plan.ts'
import { never, readTable, SnapshotFolder } from './snapshot-folder.ts'

let folder: SnapshotFolder

beforeEach(async () => {
  folder = await SnapshotFolder.make()
})

afterEach(async () => {
  await folder.remove()
})

const many = 6_000
/** Behind the rows that tell the types. */
const late = 4_500

/** `many` records with the key `Id`; `make` says what else the record of a number has. */
function recordsOf(make: (at: number) => JsonRecord): JsonRecord[] {
  return Array.from({ length: many }, (_, at) => ({ Id: `k${at}`, ...make(at) }))
}

function expectedTable(records: readonly JsonRecord[], changes: Partial<TableDefinition> = {}) {
  const definition = tableDefinition.parse({ key: ['Id'], ...changes })
  const flattener = new Flattener({ depth: 3, columns: undefined, listRuleOf: listRulesOf(definition) })
  const raws = records.map((record) => flattener.flatten(record))
  const kinds: number[] = []
  for (const raw of raws) noteKinds(kinds, raw)
  const planned = planFound(flattener, kinds, definition.columns)
  const coercers = planned.map(({ type, isDeclared }) => createCoercer(type ?? 'text', isDeclared))
  const rows = raws.map((raw) => planned.map(({ source }, index) => coercers[index]?.(raw[source] ?? null)))
  return {
    columns: planned.map(({ name, type }) => ({ name, type: type ?? 'text' })),
    rows: [...new Map(rows.map((cells) => [String(cells[0]), cells]))],
  }
}

function actualTable() {
  const reader = folder.open()
  try {
    return { columns: reader.meta.columns, rows: [...readTable(reader)] }
  } finally {
    reader.close()
  }
}

const isLate = (at: number): boolean => at === late
const day = (at: number): string => `2026-01-${String(1 + (at % 28)).padStart(2, '0')}`

describe('the table of a large pull', () => {
  const cases: { name: string; records: JsonRecord[]; definition?: Partial<TableDefinition> }[] = [
    { name: 'types that hold', records: recordsOf((at) => ({ N: at, D: day(at), B: at % 2 === 0, T: `t${at}` })) },
    { name: 'whole numbers that become decimals', records: recordsOf((at) => ({ N: isLate(at) ? 0.5 : at })) },
    { name: 'numbers that become text', records: recordsOf((at) => ({ N: isLate(at) ? '007' : at, M: at * 1.5 })) },
    {
      name: 'true and false that become text',
      records: recordsOf((at) => ({ B: isLate(at) ? 'maybe' : at % 2 === 0 })),
    },
    {
      name: 'instants with zones that become text, as they were written',
      records: recordsOf((at) => ({ At: isLate(at) ? 'soon' : `${day(at)}T10:00:00+02:00` })),
    },
    {
      name: 'dates that become instants',
      records: recordsOf((at) => ({ At: isLate(at) ? `${day(at)}T10:00:00Z` : day(at) })),
    },
    {
      name: 'empty texts among numbers that become text',
      records: recordsOf((at) => ({ N: isLate(at) ? 'x' : at % 3 === 0 ? '' : at })),
    },
    {
      name: 'a column that has its first value late',
      records: recordsOf((at) => ({ N: at < late ? null : at, Z: 1 })),
    },
    { name: 'a column that appears late', records: recordsOf((at) => (at < late ? { Z: 1 } : { Z: 1, N: day(at) })) },
    {
      name: 'a column that appears late and then is of another type',
      records: recordsOf((at) => (at < late ? { Z: 1 } : { Z: 1, N: at === many - 1 ? 'x' : at })),
    },
    {
      name: 'a column of empty texts that has a number late',
      records: recordsOf((at) => ({ N: isLate(at) ? 7 : '', Z: 1 })),
    },
    {
      name: 'a column of empty texts that has a text late',
      records: recordsOf((at) => ({ N: isLate(at) ? 'x' : '', Z: 1 })),
    },
    { name: 'a column that is empty throughout', records: recordsOf((at) => ({ N: null, E: '', Z: at })) },
    {
      name: 'nothing where later records have an object',
      records: recordsOf((at) => ({ O: isLate(at) ? { A: 1, B: 'b' } : null, Z: at, Y: `${at}` })),
    },
    {
      name: 'a text that looks like a date and then is a list of one',
      records: recordsOf((at) => ({ L: isLate(at) ? [day(at)] : day(at), Z: at })),
    },
    {
      name: 'a list that has its first value late and looks like a date',
      records: recordsOf((at) => (at < late ? { Z: 1 } : { Z: 1, L: [day(at)] })),
    },
    {
      name: 'declared columns that appear late',
      records: recordsOf((at) => (at < late ? { Z: 1 } : { Z: 1, N: '12', S: '2026-01-01' })),
      definition: { columns: { N: { type: 'integer' }, S: { type: 'text' }, Never: { type: 'date' } } },
    },
    {
      name: 'whole numbers too large for a number',
      records: recordsOf((at) => ({ N: isLate(at) ? '12345678901234567890' : 9_007_199_254_740_991 - at })),
    },
  ]

  test.each(cases)('$name', async ({ records, definition }) => {
    await folder.pull(records, definition)
    expect(actualTable()).toEqual(expectedTable(records, definition))
    expect(await folder.listFiles()).toHaveLength(1)
  })

  test('keys that turn out to be text are compared as text', async () => {
    const records = Array.from({ length: many }, (_, at): JsonRecord => ({
      Id: at === late ? '01' : at % 4_000,
      N: at,
    }))
    await folder.pull(records)
    const { rows } = actualTable()
    expect(rows).toEqual(expectedTable(records).rows)
    expect(rows).toContainEqual(['01', ['01', late]])
  })

  test('whole numbers in a column that was empty before are kept as whole numbers', async () => {
    await folder.pull(recordsOf(() => ({ N: null })))
    const records = recordsOf((at) => ({ N: at < late ? null : at }))
    await folder.pull(records)
    const reader = folder.open()
    expect(
      reader.choose({ condition: { sql: "typeof(c1) = 'integer'", parameters: [] }, order: [], most: undefined }),
    ).toHaveLength(many - late)
    reader.close()
    expect(actualTable().rows).toEqual(expectedTable(records).rows)
  })

  test('rows marked as deleted are left out, also when the types changed on the way', async () => {
    const records = recordsOf((at) => ({ Gone: at % 5 === 0, N: isLate(at) ? 'x' : at }))
    await folder.pull(records, { deletedWhen: { column: 'Gone', equals: true } })
    const kept = expectedTable(records).rows.filter((_, at) => at % 5 !== 0)
    expect(actualTable().rows).toEqual(kept)
  })

  test('columns may be added and widened by a later pull', async () => {
    await folder.pull(recordsOf((at) => ({ N: at })))
    const records = recordsOf((at) => ({ N: isLate(at) ? 1.5 : at, ...(at > late && { New: day(at) }) }))
    const result = await folder.pull(records, { onNewColumn: 'add', onTypeChange: 'widen' })
    expect(actualTable()).toEqual(expectedTable(records))
    expect(result.rowsChanged).toBe(many)
    expect(result.warnings).toEqual([
      expect.stringContaining('"New"'),
      expect.stringContaining('"N" was of type integer'),
    ])
  })

  test.each(['last', 'first'] as const)('of records with one key the %s counts, near and far', async (duplicates) => {
    const records = Array.from({ length: many }, (_, at): JsonRecord => ({
      Id: `k${Math.floor(at / 3) % 1_500}`,
      N: at,
    }))
    const result = await folder.pull(records, { duplicates })
    const inOrder = duplicates === 'last' ? records : records.toReversed()
    const expected = new Map(inOrder.map(({ Id, N }) => [Id, [Id, N]]))
    expect(new Map(actualTable().rows)).toEqual(expected)
    expect(actualTable().rows.map(([key]) => key)).toEqual(Array.from({ length: 1_500 }, (_, at) => `k${at}`))
    expect(result).toMatchObject({ rows: 1_500, duplicates: many - 1_500 })
  })

  test('without a key equal records are rows of their own', async () => {
    const records = Array.from({ length: many }, (_, at): JsonRecord => ({ A: Math.floor(at / 5) % 7, B: 'b' }))
    expect(await folder.pull(records, { key: [] })).toMatchObject({ rows: many })
    expect(await folder.pull(records.toReversed(), { key: [] })).toMatchObject({ revision: 1, rowsChanged: 0 })
    expect(actualTable().rows.map(([, cells]) => cells)).toEqual(records.map(({ A, B }) => [A, B]))
  })

  test('the same records again make no new revision', async () => {
    const records = recordsOf((at) => ({ N: at, D: day(at), T: at % 7 === 0 ? null : `t${at}` }))
    await folder.pull(records)
    expect(await folder.pull(records.toReversed())).toMatchObject({ revision: 1, rowsChanged: 0, file: undefined })
    expect(await folder.listFiles()).toHaveLength(1)
  })
})

describe('a large pull that fails', () => {
  test('says which record does not fit, and leaves nothing behind', async () => {
    await folder.pull(recordsOf((at) => ({ N: at })))
    const wrong = recordsOf((at) => ({ N: isLate(at) ? 'x' : at }))
    await expect(folder.pull(wrong)).rejects.toMatchObject({
      code: 'column-mismatch',
      message: expect.stringContaining(`the record with the key "k${late}" holds a text`) as string,
    })
    expect(await folder.listFiles()).toHaveLength(1)
  })

  test('says so while records still come', async () => {
    await folder.pull(recordsOf((at) => ({ N: at })))
    const writer = folder.writer({})
    await writer.start()
    const addAll = async (): Promise<void> => {
      for (let page = 0; page < 1_000; page += 1)
        await writer.add(
          recordsOf((at) => ({ N: page > 0 && at === 0 ? 'x' : at })),
          never,
        )
    }
    await expect(addAll()).rejects.toMatchObject({ code: 'column-mismatch' })
    await writer.discard()
    expect(await folder.listFiles()).toHaveLength(1)
  })

  test('says so for a second record of a key where none may be', async () => {
    const records = [...recordsOf((at) => ({ N: at })), { Id: 'k1', N: 1 }]
    await expect(folder.pull(records, { duplicates: 'fail' })).rejects.toMatchObject({ code: 'key-invalid' })
    expect(await folder.listFiles()).toEqual([])
  })

  test('ends with its signal, whatever the thread is at', async () => {
    const writer = folder.writer({})
    await writer.start()
    await writer.add(
      recordsOf((at) => ({ N: at })),
      never,
    )
    const abort = new AbortController()
    const finished = writer.finish(abort.signal)
    abort.abort(new Error('withdrawn'))
    await expect(finished).rejects.toThrow('withdrawn')
    await writer.discard()
    expect(await folder.listFiles()).toEqual([])
  })

  test('is no reason to refuse records of forty megabytes', async () => {
    const writer = folder.writer({})
    await writer.start()
    const large = { Id: 1, T: 'x'.repeat(40_000_000) }
    await writer.add([large, { ...large, Id: 2 }], never)
    expect(await writer.finish(never)).toMatchObject({ rows: 2 })
  })
})
