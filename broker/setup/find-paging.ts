import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { JsonObject } from '../source/json.ts'
import { findPagingHints, looksCut, sizeParametersFor, type FirstAnswer, type PagingHint } from './paging-hints.ts'
import { readPages } from './read-pages.ts'
import type { Sampler } from './sampler.ts'

export interface FoundPaging {
  readonly paging: PagingDefinition
  readonly reason: string
  /** The first records, of as many pages as were read. */
  readonly records: readonly JsonObject[]
  /** A query parameter that makes the pages larger, where the way of paging has no place for it. */
  readonly query: { readonly name: string; readonly value: number } | undefined
}

const pagesToTry = 2
const sizesToTry = [1_000, 500, 200, 100]

/**
 * The way of paging that works: each hint is tried by reading two pages just as a pull would. A way counts only when its first page
 * is the one that came without it, and its second one holds other records.
 */
export async function findPaging(
  sampler: Sampler,
  first: FirstAnswer,
  { records, signal }: { readonly records: readonly JsonObject[]; readonly signal: AbortSignal },
): Promise<FoundPaging> {
  for (const hint of findPagingHints(first)) {
    for (const paging of variantsOf(hint.paging)) {
      const read = await tryPaging(sampler, first, { paging, records, signal })
      if (read)
        return growPages(sampler, first, read.isWhole, {
          paging,
          reason: reasonOf(hint, read),
          records: read.records,
          query: undefined,
        })
    }
  }
  const doubt = looksCut(records.length)
    ? `nothing leads to a second page, but ${records.length} is a round number: compare with the vendor's documentation before you apply this`
    : `the source gave ${records.length} records and nothing that leads to more`
  return { paging: { type: 'none' }, reason: doubt, records, query: undefined }
}

function reasonOf({ reason }: PagingHint, { isProven, isWhole }: Tried): string {
  if (!isWhole) return `${reason}; two pages were read this way`
  return isProven
    ? `${reason}; the page after the first one is empty`
    : `${reason}; everything fits on one page, so this could not be tried`
}

/** Some count their pages from 0. */
function variantsOf(paging: PagingDefinition): PagingDefinition[] {
  if (paging.type !== 'page-number') return [paging]
  return [paging, { ...paging, first: paging.first === 0 ? 1 : 0 }]
}

interface Tried {
  readonly records: readonly JsonObject[]
  /** Whether the source was seen to heed what asks for another page. */
  readonly isProven: boolean
  /** Whether the first page holds everything. */
  readonly isWhole: boolean
}

interface Attempt {
  readonly paging: PagingDefinition
  readonly records: readonly JsonObject[]
  readonly signal: AbortSignal
}

async function tryPaging(
  sampler: Sampler,
  first: FirstAnswer,
  { paging, records, signal }: Attempt,
): Promise<Tried | undefined> {
  const ask = sampler.askForPageAt(first.records)
  const isNumbered = paging.type === 'page-number' || paging.type === 'offset'
  const read: (readonly JsonObject[])[] = []
  try {
    for await (const page of readPages(paging, { ask }, signal)) {
      read.push(page.records)
      if (read.length === 1 && !isSame(page.records, records)) return undefined
      if (read.length === pagesToTry) break
    }
  } catch (error) {
    if (error instanceof BrokerError && error.code !== 'source-limited') return undefined
    throw error
  }
  const [one = [], other] = read
  if (!other) {
    // An empty page after the first shows that the source heeds the number; a chain that ends at once shows nothing.
    return one.length > 0 ? { records: one, isProven: isNumbered, isWhole: true } : undefined
  }
  const known = new Set(one.map((record) => JSON.stringify(record)))
  if (other.some((record) => known.has(JSON.stringify(record)))) return undefined
  return { records: [...one, ...other], isProven: true, isWhole: false }
}

function isSame(one: readonly JsonObject[], other: readonly JsonObject[]): boolean {
  return JSON.stringify(one[0]) === JSON.stringify(other[0]) && one.length === other.length
}

/** Asks for larger pages where the source lets one: fewer calls for the same table. */
async function growPages(
  sampler: Sampler,
  first: FirstAnswer,
  isWhole: boolean,
  found: FoundPaging,
): Promise<FoundPaging> {
  const parameters = sizeParametersFor(first)
  if (first.request.method === 'POST' || parameters.some((name) => Object.hasOwn(first.request.query, name)))
    return found
  if (first.count <= 2) return found
  for (const name of parameters.slice(0, 8)) {
    const few = await sampler.findRecords([{ place: name, value: 2 }], first.records)
    if (few?.length !== 2) continue
    for (const size of sizesToTry.filter((one) => one > first.count)) {
      const many = await sampler.findRecords([{ place: name, value: size }], first.records)
      // A size that is too large may be served as the usual one, which says nothing about larger ones.
      if (many && (isWhole ? many.length === first.count : many.length > first.count))
        return withSize(found, name, { size, records: many })
    }
    return found
  }
  return found
}

function withSize(
  found: FoundPaging,
  name: string,
  { size, records }: { size: number; records: readonly JsonObject[] },
): FoundPaging {
  const { paging, reason } = found
  const more = { ...found, records, reason: `${reason}; ${name} takes ${size}` }
  if (paging.type !== 'none' && paging.type !== 'link-header' && paging.type !== 'next-link') {
    return { ...more, paging: { ...paging, sizeParameter: name, size } }
  }
  return { ...more, query: { name, value: size } }
}
