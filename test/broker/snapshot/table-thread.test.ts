import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TableOrder } from '../../../broker/snapshot/table-maker.ts'
import { TableThread } from '../../../broker/snapshot/table-thread.ts'
import { dataKey, never } from './snapshot-folder.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'table-'))
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

const columns = [{ name: 'Id', source: 0, type: 'integer', isDeclared: false }] as const

function orderFor(path: string): TableOrder {
  return {
    build: { path, dataset: 'd', revision: 1, key: ['Id'], rowSalt: 's', previous: undefined, duplicates: 'last' },
    columns,
    declared: {},
    isOpen: false,
    mayRetype: false,
    stage: undefined,
    updatedColumn: undefined,
  }
}

const batch = (first: number) => ({ rows: [[first]], first, deleted: [], newColumns: first === 1 ? ['Id'] : [] })

test('makes a table', async () => {
  const thread = new TableThread(orderFor(join(directory, 'table')), dataKey)
  for (let first = 1; first <= 3; first += 1) await thread.add(batch(first), never)
  expect(await thread.seenKinds(never)).toEqual([1])
  expect(await thread.finish(columns, 1, never)).toMatchObject({ rows: 3, changed: 3, isUnchanged: false })
  await thread.close()
})

test('fails whatever is asked when the table cannot be written', async () => {
  const thread = new TableThread(orderFor(join(directory, 'missing', 'table')), dataKey)
  await thread.add(batch(1), never)
  await expect(thread.seenKinds(never)).rejects.toThrow('ENOENT')
  await expect(thread.add(batch(2), never)).rejects.toThrow('ENOENT')
  await expect(thread.finish(columns, 1, never)).rejects.toThrow('ENOENT')
  await thread.close()
})

test('fails what is asked of a thread that has ended', async () => {
  const thread = new TableThread(orderFor(join(directory, 'table')), dataKey)
  const seen = thread.seenKinds(never)
  await thread.close()
  await expect(seen).rejects.toThrow('has ended')
  await expect(thread.add(batch(1), never)).rejects.toThrow('has ended')
})
