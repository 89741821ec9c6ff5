// Four people, for tests of what becomes of a small table.
import type { ColumnBody } from '../../broker/http/contract.ts'
import { startTables, TinyDataset, type SourceRow, type TableFixture } from './table-fixture.ts'

export const peopleColumns: readonly ColumnBody[] = [
  { name: 'Id', type: 'text' },
  { name: 'Name', type: 'text' },
  { name: 'Age', type: 'integer' },
]

export const people: readonly SourceRow[] = [
  ['a', 'Ann', 31],
  ['b', 'Bob', 42],
  ['c', 'Cem', 53],
  ['d', 'Dia', 64],
]

/** Starts Excel and a broker that serves them, by their ids. */
export async function startPeople(): Promise<TableFixture> {
  const dataset = new TinyDataset(peopleColumns, ['Id'])
  dataset.publish(people)
  return startTables(dataset)
}
