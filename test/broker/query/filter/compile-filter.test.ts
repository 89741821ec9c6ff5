import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BrokerError } from '../../../../broker/errors/broker-error.ts'
import type { JsonRecord } from '../../../../broker/dataset/flatten.ts'
import { ColumnNames } from '../../../../broker/query/column-names.ts'
import { compileFilter } from '../../../../broker/query/filter/compile-filter.ts'
import { parseFilter } from '../../../../broker/query/filter/parse-filter.ts'
import { sqlFunctions } from '../../../../broker/query/filter/sql-functions.ts'
import type { FilterNode } from '../../../../broker/query/filter/syntax-tree.ts'
import type { SnapshotReader } from '../../../../broker/snapshot/snapshot-reader.ts'
import { SnapshotFolder } from '../../snapshot/snapshot-folder.ts'
import { evaluate, toValue, type ValueRow } from './evaluate-filter.ts'
import { printFilter } from './print-filter.ts'
import { booleanFilter, randomCells } from './typed-filters.ts'

const nowMs = Date.parse('2024-06-15T12:00:00.250Z')

let folder: SnapshotFolder
let reader: SnapshotReader
let records: readonly JsonRecord[]
let rows: readonly ValueRow[]

beforeAll(async () => {
  folder = await SnapshotFolder.make()
  const whole = {
    ...{ Text: 'Zoë', Other: "O'Neil", Whole: 3, Number: 0.5, Flag: true, Day: '2024-02-29' },
    ...{ At: '2024-02-29T10:00:00Z', Clock: '10:00:00', Length: 'PT1S' },
    Name: { First: 'Ada' },
  }
  records = [whole, ...fc.sample(randomCells, { numRuns: 250, seed: 7 })].map((record, index) => ({
    Id: index + 1,
    ...record,
  }))
  await folder.pull(records, { columns: { Clock: { type: 'time' }, Length: { type: 'duration' } } })
  reader = folder.open(undefined, sqlFunctions)
  rows = records.map((record) => {
    const name = (record['Name'] as JsonRecord)['First'] ?? null
    const cells: JsonRecord = { ...record, 'Name.First': name }
    return new Map(
      reader.meta.columns.map(({ name: column, type }) => [column, toValue(type, cells[column] as string)]),
    )
  })
})

afterAll(async () => {
  reader.close()
  await folder.remove()
})

const names = () => new ColumnNames(reader.meta.columns.map((column, index) => ({ column, index })))
const compile = (tree: FilterNode) => compileFilter(tree, { columns: names(), nowMs })

/** The ids of the rows that SQL finds. */
function find(tree: FilterNode): number[] {
  return [...reader.choose({ condition: compile(tree), order: [], most: undefined })]
}

/** The ids of the rows that the plain evaluator finds. */
function expectFound(tree: FilterNode): number[] {
  return rows.flatMap((row, index) => (evaluate(tree, row, nowMs) === true ? [index + 1] : []))
}

function mistakesIn(filter: string): readonly { at: string; message: string }[] {
  try {
    compile(parseFilter(filter))
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'request-invalid') return error.details
    throw error
  }
  throw new Error(`It was taken: ${filter}`)
}

describe('SQL finds the rows that the filter is true for', () => {
  test('with columns of every type', () => {
    expect(Object.fromEntries(reader.meta.columns.map(({ name, type }) => [name, type]))).toEqual({
      ...{ Id: 'integer', Text: 'text', Other: 'text', Whole: 'integer', Number: 'decimal', Flag: 'boolean' },
      ...{ Day: 'date', At: 'datetime', Clock: 'time', Length: 'duration', 'Name.First': 'text' },
    })
  })

  test('whatever the filter', () => {
    fc.assert(
      fc.property(booleanFilter, (tree) => {
        const text = printFilter(tree, 'fewest')
        expect(find(parseFilter(text)), text).toEqual(expectFound(tree))
      }),
      { numRuns: 1_500 },
    )
  })

  test.each([
    'Text eq null',
    'Text ne null',
    "Text ne 'a'",
    "not (Text eq 'a')",
    "not (Text gt 'a')",
    "not contains(Text,'a')",
    'Flag',
    'not Flag',
    'Flag eq null or Flag',
    'Flag gt false',
    'null',
    'Text eq Other',
    'Text ge Text',
    "Text in ('a', null)",
    'Text in (null)',
    'Text in ()',
    'not (Text in ())',
    "Text in ('a', 'b', '%', '_')",
    "contains(Text,'%') or contains(Text,'_')",
    "contains(Text,'')",
    "endswith(Text,'')",
    "endswith(Text,'😀')",
    'length(Text) eq 1',
    "tolower(Text) eq 'ö'",
    "indexof(Text,'b') gt 0",
    "substring(Text,1) eq 'b'",
    "substring(Text,-1,1) eq 'a'",
    'Whole div 2 eq 1',
    'Whole divby 2 eq 1.5',
    'Whole mod 2 eq 1',
    'Number mod 2 eq 0.5',
    'Whole div 0 eq null',
    'Number lt Whole',
    'round(Number) eq 3',
    'At gt 2024-02-29T10:00:00Z',
    'At lt 2024-02-29T10:00:00.500Z',
    'At ge 2024-02-29',
    'At eq 2024-02-29T11:00:00 01:00',
    "At gt now() sub duration'P200D'",
    "At sub 2024-02-29 lt duration'PT11H'",
    'Day eq date(At)',
    'time(At) gt 09:00',
    'Clock ge 10:00 and hour(Clock) lt 11',
    "Length gt duration'PT1S'",
    "Length eq duration'PT90M' or Length mul 2 eq duration'PT2S'",
    'At add Length gt At',
    'year(Day) eq 2024 and month(At) eq 2 and day(Day) gt 28',
    'hour(At) eq 10 or minute(At) gt 30 or second(At) eq 59',
    "Name/First eq 'Ada'",
    "Name.First eq 'Ada'",
    '"Name.First" eq \'Ada\'',
    "Text eq 'x'' OR 1=1 --'",
  ])('%s', (filter) => {
    const tree = parseFilter(filter.replace('Name/First', 'Name.First'))
    expect(find(parseFilter(filter))).toEqual(expectFound(tree))
  })

  test('as large as filters may be', () => {
    const alternatives = Array.from({ length: 600 }, (_, index) => `Id eq ${index}`).join(' or ')
    expect(find(parseFilter(alternatives))).toHaveLength(records.length)
    const list = Array.from({ length: 1_000 }, (_, index) => -index).join()
    expect(find(parseFilter(`not (Id in (${list}))`))).toHaveLength(records.length)
  })

  test.each([
    { name: 'comparisons', nest: (inner: string) => `(${inner}) gt Flag` },
    { name: 'date-times', nest: (inner: string) => `(${inner}) eq (Day lt At)` },
    { name: 'functions', nest: (inner: string) => `substring(Text,length(${inner})) eq Text`, steps: 30 },
    { name: 'alternatives', nest: (inner: string) => `(${inner} or Flag or Flag or Flag) and Flag`, steps: 45 },
    { name: 'lists', nest: (inner: string) => `((${inner}) in (true)) eq Flag`, steps: 45 },
  ])('as deep as filters may be: $name', ({ name, nest, steps = 95 }) => {
    let filter = name === 'functions' ? 'Text' : 'Flag'
    for (let step = 0; step < steps; step += 1)
      filter = name === 'functions' ? `substring(Text,length(${filter}))` : nest(filter)
    if (name === 'functions') filter = `${filter} eq Text`
    const tree = parseFilter(filter)
    expect(find(tree)).toEqual(expectFound(tree))
  })
})

test('values are bound and names become numbers', () => {
  const { sql, parameters } = compile(parseFilter("Text eq 'x'') --' and \"Name.First\" in ('y',null) and Whole lt -5"))
  expect(sql).not.toMatch(/x|y|Text|Name|5/)
  expect(parameters).toEqual(["x') --", 'y', -5n])
})

describe('mistakes are named', () => {
  test.each([
    { filter: 'Txet eq 1', at: [1], says: 'Did you mean Text?' },
    { filter: 'text eq null', at: [1], says: 'Did you mean Text?' },
    { filter: 'First eq null', at: [1], says: 'Did you mean Name.First?' },
    { filter: 'Salary eq null', at: [1], says: 'no column Salary.' },
    { filter: 'Nope eq 1 and Neither gt 2', at: [1, 15], says: 'no column' },
    { filter: 'Text eq 5', at: [6], says: 'a text, a whole number' },
    { filter: "At eq '2024-01-01'", at: [4], says: 'a date and time, a text' },
    { filter: 'Flag in (1)', at: [6], says: 'true or false, a whole number' },
    { filter: 'Text', at: [1], says: 'must be true or false' },
    { filter: 'Flag and Whole', at: [10], says: '`and` joins' },
    { filter: 'not Whole eq 1', at: [5], says: 'binds tighter' },
    { filter: '-Text eq 1', at: [1], says: '`-` takes' },
    { filter: 'contains(Text) eq true', at: [1], says: '`contains` takes (a text, a text)' },
    { filter: 'contains(Text,5)', at: [1], says: 'a text, a whole number' },
    { filter: 'now(1) eq At', at: [1], says: '`now` takes ()' },
    { filter: "geo.length('x') eq 5", at: [1], says: 'no function geo.length' },
    { filter: 'constructor(Text) eq 5', at: [1], says: 'no function' },
    { filter: "Text add 'x' eq 'y'", at: [6], says: '`add` takes' },
    { filter: 'Whole mod Flag eq 1', at: [7], says: '`mod` takes' },
    { filter: '__proto__ eq 1', at: [1], says: 'no column' },
  ])('$filter', ({ filter, at, says }) => {
    const mistakes = mistakesIn(filter)
    expect(mistakes.map((mistake) => mistake.at)).toEqual(at.map((column) => `filter:${column}`))
    expect(mistakes[0]!.message).toContain(says)
  })

  test('up to twenty of them', () => {
    expect(mistakesIn(Array<string>(700).fill('Nope').join(' or '))).toHaveLength(20)
  })
})
