import { isJsonObject, type JsonObject, type JsonValue } from '../source/json.ts'

export interface FoundRecords {
  /** JSON pointer to the list. */
  readonly pointer: string
  readonly records: readonly JsonObject[]
}

/** Names that vendors give the list itself, the most telling first. */
const listNames =
  /^(?:items|results?|records|data|value|values|entities|content|rows|elements|list|objects|hits|nodes|edges|entries)$/i
/** Lists of objects that are not the records. */
const otherNames =
  /^(?:errors?|warnings|links?|facets|included|aggregations|actions|messages|columns|fields|headers|sort)$/i
const deepest = 4

/**
 * The lists of objects in an answer that could be its records, the likeliest first: by their name, by how near to the top they
 * are, by how many records they hold. A list inside a record is none.
 *
 * @param path the request's path, whose last words often name the list
 */
export function findRecords(body: JsonValue, path: string): FoundRecords[] {
  const words = new Set(
    path
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean),
  )
  const found: (FoundRecords & { readonly score: number })[] = []
  const look = (value: JsonValue, pointer: string, depth: number): void => {
    if (Array.isArray(value)) {
      const list: readonly JsonValue[] = value
      const records = list.filter(isJsonObject)
      if (records.length < list.length) return
      const name = pointer.slice(pointer.lastIndexOf('/') + 1)
      found.push({ pointer, records, score: scoreOf({ name, depth, count: records.length }, words) })
      return
    }
    if (!isJsonObject(value) || depth >= deepest) return
    for (const [name, member] of Object.entries(value)) {
      look(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1)
    }
  }
  look(body, '', 0)
  return found.toSorted((one, other) => other.score - one.score).map(({ pointer, records }) => ({ pointer, records }))
}

function scoreOf(list: { name: string; depth: number; count: number }, words: ReadonlySet<string>): number {
  const { name, depth, count } = list
  const named = listNames.test(name) ? 40 : 0
  const asPath = words.has(name.toLowerCase()) ? 50 : 0
  const other = otherNames.test(name) ? -60 : 0
  return named + asPath + other - depth * 5 + Math.min(30, count === 0 ? -20 : Math.log2(count) * 5)
}
