// Whether a dataset can be read as it is defined: the call, the place of the records, the pages, the key, the types.
import { createCoercer, describeKind } from '../dataset/coerce.ts'
import type { StoredColumn } from '../dataset/column.ts'
import type { DatasetDefinition } from '../dataset/definition.ts'
import { Flattener } from '../dataset/flatten.ts'
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { findAt, type JsonObject } from '../source/json.ts'
import { readRecords } from '../source/page-answer.ts'
import type { PlacedValue } from '../source/request-template.ts'
import { sizeValues } from '../source/source-page.ts'
import { edgeValues, unitOf, wholeSlice } from '../source/window-edges.ts'
import type { Finding } from './finding.ts'
import { findRecords } from './find-records.ts'
import { findPagingHints, type PagingHint } from './paging-hints.ts'
import { readPages } from './read-pages.ts'
import type { Sample, Sampler } from './sampler.ts'

export interface DatasetCheck {
  readonly definition: DatasetDefinition
  /** What earlier pulls fixed; none before the first. */
  readonly columns: readonly StoredColumn[]
  readonly nowMs: number
  readonly signal: AbortSignal
}

const recentDays = 30

/** The steps for one dataset, up to the first that fails. Reads two pages at most. */
export async function checkDataset(sampler: Sampler, check: DatasetCheck): Promise<Finding[]> {
  try {
    const { definition } = check
    const values = [...windowValues(check), ...sizeValues(definition.paging), ...firstPage(definition)]
    const sample = await sampler.ask(values)
    const place = checkRecords(sample, definition)
    if (!place.records) return [place.finding]
    const pages = await checkPaging(sampler, { ...check, sample, records: place.records })
    if (!pages.isGood) return [place.finding, pages]
    return [place.finding, pages, checkKey(place.records, definition), checkTypes(place.records, check)]
  } catch (error) {
    if (error instanceof BrokerError) return [{ isGood: false, text: error.message }]
    throw error
  }
}

/** Of a window the last days: its whole would be more than a look needs. */
function windowValues({ definition: { window }, nowMs }: DatasetCheck): readonly PlacedValue[] {
  if (!window) return []
  const whole = wholeSlice(window, nowMs)
  const first = Math.max(whole.first, unitOf(window, nowMs - recentDays * 86_400_000))
  return edgeValues(window, { first: Math.min(first, whole.end - 1), end: whole.end })
}

function firstPage({ paging }: DatasetDefinition): readonly PlacedValue[] {
  return paging.type === 'page-number' || paging.type === 'offset'
    ? [{ place: paging.parameter, value: paging.first }]
    : []
}

/** Whether the list is where the definition says, and where it is otherwise. */
export function checkRecords(
  { body, isNothing }: Sample,
  { records: pointer, request }: Pick<DatasetDefinition, 'records' | 'request'>,
): { finding: Finding; records: readonly JsonObject[] | undefined } {
  const where = pointer === '' ? 'in the body itself' : `at ${pointer}`
  try {
    const records = readRecords({ body: isNothing ? undefined : body, headers: {} }, pointer)
    const text =
      records.length === 0
        ? `The API answers; there are no records ${where} just now.`
        : `The API answers with ${records.length} records ${where}.`
    return { records, finding: { isGood: true, text } }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    const [other] = findRecords(body, request.path)
    const advice = other
      ? `There is a list of ${other.records.length} ${other.pointer === '' ? 'in the body itself: leave records out' : `at ${other.pointer}: write records: ${other.pointer}`}.`
      : 'There is no list of records anywhere in the answer.'
    return { records: undefined, finding: { isGood: false, text: `${error.message} ${advice}` } }
  }
}

/** Whether a second page follows as the definition says. */
export async function checkPaging(
  sampler: Sampler,
  check: DatasetCheck & { readonly sample: Sample; readonly records: readonly JsonObject[] },
): Promise<Finding> {
  const { definition, sample, records, signal } = check
  const { paging, request } = definition
  if (records.length === 0) return { isGood: true, text: 'How it pages cannot be seen from that.' }
  const ask = sampler.askForPageAt(definition.records)
  const sizes: number[] = []
  try {
    for await (const page of readPages(
      paging,
      { ask, values: windowValues(check), maxPages: definition.maxPages },
      signal,
    )) {
      sizes.push(page.records.length)
      if (sizes.length === 2) break
    }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    return { isGood: false, text: `The second page cannot be read: ${error.message} Look at paging.` }
  }
  if (sizes.length > 1) return { isGood: true, text: 'A second page follows.' }
  const first = { ...sample, request, records: definition.records, count: records.length }
  const unused = findUnusedHint(findPagingHints(first), paging, sample)
  if (unused === undefined) return { isGood: true, text: describeOnlyPage(check) }
  return {
    isGood: false,
    text: `paging (${paging.type}) ends after the first page, but ${unused}: the rest would not be read. Let npx sheetbroker source try propose the paging.`,
  }
}

/** Of a window only its last part was asked for. */
function describeOnlyPage({ definition: { window } }: DatasetCheck): string {
  return window ? `One page holds all of the last ${recentDays} days of the window.` : 'One page holds everything.'
}

/** What an answer says of a next page that the paging does not follow. */
function findUnusedHint(hints: readonly PagingHint[], paging: PagingDefinition, { body }: Sample): string | undefined {
  const unused = hints.find(({ paging: hint }) => {
    if (hint.type !== 'next-link' && hint.type !== 'link-header' && hint.type !== 'cursor') return false
    // Some name a next page on the last one too, and say so.
    if (hint.hasMore !== undefined && typeof hint.hasMore === 'string' && findAt(body, hint.hasMore) === false)
      return false
    if (hint.type !== paging.type) return true
    return 'next' in hint && 'next' in paging && JSON.stringify(hint.next) !== JSON.stringify(paging.next)
  })
  return unused?.reason
}

/** Whether every record has its key, and each a different one. */
export function checkKey(records: readonly JsonObject[], definition: DatasetDefinition): Finding {
  const { key, flattenDepth, expand } = definition
  if (key.length === 0) return { isGood: true, text: 'It has no key, so every refresh rewrites the whole table.' }
  if (expand !== undefined || records.length === 0) return { isGood: true, text: '' }
  const flattener = new Flattener({ depth: flattenDepth, columns: [...key] })
  const keys = records.map((record) => flattener.flatten(record))
  const missing = key.filter((_name, index) => keys.some((cells) => (cells[index] ?? null) === null))
  if (missing.length > 0)
    return {
      isGood: false,
      text: `Some records have nothing in ${missing.join(', ')}, which is the key. Is the column called so? npx sheetbroker source try proposes a key.`,
    }
  const different = new Set(keys.map((cells) => JSON.stringify(cells))).size
  if (different < records.length)
    return {
      isGood: false,
      text: `Only ${different} of ${records.length} records differ in the key (${key.join(', ')}): rows would be lost. Add a column to it.`,
    }
  return { isGood: true, text: `The key (${key.join(', ')}) names every record.` }
}

/** Whether the values still fit the columns that the first pull fixed. */
export function checkTypes(records: readonly JsonObject[], { definition, columns }: DatasetCheck): Finding {
  const fixed = columns.filter(({ isFixed, type }) => isFixed && type !== 'text')
  if (fixed.length === 0 || definition.expand !== undefined || definition.onTypeChange !== 'fail')
    return { isGood: true, text: '' }
  const flattener = new Flattener({ depth: definition.flattenDepth, columns: fixed.map(({ name }) => name) })
  const rows = records.map((record) => flattener.flatten(record))
  const mismatches = fixed.flatMap(({ name, type }, index) => {
    const coerce = createCoercer(type, definition.columns[name]?.type !== undefined)
    if (flattener.isJoined(index)) return []
    const stranger = rows.map((cells) => cells[index] ?? null).find((cell) => coerce(cell) === undefined)
    return stranger === undefined ? [] : [`${name} is ${type} and now holds ${describeKind(stranger)}`]
  })
  if (mismatches.length === 0) return { isGood: true, text: 'Its values fit the columns.' }
  return {
    isGood: false,
    text: `${mismatches.slice(0, 5).join('; ')}. Give the column a type that takes both under columns, such as text, or set onTypeChange.`,
  }
}
