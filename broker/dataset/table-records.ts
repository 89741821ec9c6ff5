// From a source's record to the records that become rows: one for each element of a list in it, and constants beside.
import { BrokerError } from '../errors/broker-error.ts'
import { quote, type JsonRecord, type JsonValue } from './flatten.ts'
import type { TableDefinition } from './table-definition.ts'

/** The column that says which element of the list a row is, from 1. */
export const positionColumn = '_position'

/** Makes the records that become rows out of one of the source's. */
export type RecordMaker = (record: JsonRecord) => readonly JsonRecord[]

/**
 * How a dataset's records become rows. A record whose list is empty or missing makes none, and an object where the list should be, as
 * translators from XML write a list of one, makes one.
 *
 * @throws {BrokerError} (the maker) `source-malformed` when there is no list, or a record has a column of its own with an added name
 */
export function createRecordMaker(definition: TableDefinition, source: string): RecordMaker {
  const { expand, constants, sourceColumn } = definition
  const added: Record<string, JsonValue> = { ...constants }
  if (sourceColumn !== undefined) added[sourceColumn] = source
  const names = Object.keys(added)
  const withAdded = (record: JsonRecord): JsonRecord => {
    for (const name of names) refuseName(record, name)
    return { ...record, ...added }
  }
  if (expand === undefined) return names.length === 0 ? (record) => [record] : (record) => [withAdded(record)]
  const path = readPointer(expand)
  return (record) => {
    refuseName(record, positionColumn)
    return listAt(record, path, expand).map((element, index) => ({
      ...withAdded(withElement(record, path, element)),
      [positionColumn]: index + 1,
    }))
  }
}

function readPointer(pointer: string): string[] {
  const names = pointer.slice(1).split('/')
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function refuseName(record: JsonRecord, name: string): void {
  if (!Object.hasOwn(record, name)) return
  throw new BrokerError(
    'source-malformed',
    `The records have a column ${quote(name)} of their own, which the definition file adds to them. Call the added one otherwise and apply it.`,
  )
}

function listAt(record: JsonRecord, path: readonly string[], pointer: string): readonly JsonValue[] {
  let value: JsonValue | undefined = record
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value as readonly JsonValue[]
  if (isRecord(value)) return [value]
  throw new BrokerError('source-malformed', `A record has no list at ${pointer}, which the definition file expands.`)
}

/** A copy of the record in which `element` stands in the place of the list. */
function withElement(record: JsonRecord, [name = '', ...rest]: readonly string[], element: JsonValue): JsonRecord {
  const inner = record[name]
  return { ...record, [name]: rest.length > 0 && isRecord(inner) ? withElement(inner, rest, element) : element }
}

function isRecord(value: JsonValue | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
