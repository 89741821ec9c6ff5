import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** Nested objects are searched this deep for a date. */
const depth = 3

/**
 * The instants (epoch ms) of the member by which consecutive records are in order of time, oldest first, if there is one:
 * a member that every record has, as an ISO 8601 date or date-time, never earlier than in the record before, and
 * always within the given stretch. Of several the one that spans the longest time. A hint and no proof: time zones are
 * ignored, and a member may look ordered by chance.
 */
export function findTimeOrder(
  records: readonly JsonObject[],
  within: { readonly fromMs: number; readonly toMs: number },
): readonly number[] | undefined {
  const [sample] = records
  if (sample === undefined) return undefined
  let longest: readonly number[] | undefined
  for (const path of datePaths(sample, depth)) {
    const instants = records.map((record) => readInstant(memberAt(record, path)))
    if (isOrdered(instants) && instants.every((ms) => ms >= within.fromMs && ms < within.toMs)) {
      if (longest === undefined || span(instants) > span(longest)) longest = instants
    }
  }
  return longest
}

function datePaths(record: JsonObject, levels: number): string[][] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (!Number.isNaN(readInstant(value))) return [[name]]
    return isJsonObject(value) && levels > 1 ? datePaths(value, levels - 1).map((path) => [name, ...path]) : []
  })
}

function memberAt(record: JsonObject, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    record,
  )
}

function readInstant(value: JsonValue | undefined): number {
  const match = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d))?/.exec(value) : null
  return match?.[1] === undefined ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00:00'}Z`)
}

/** False with any NaN among them. */
function isOrdered(instants: readonly number[]): boolean {
  return instants.every((ms, at) => ms >= (instants[at - 1] ?? Number.NEGATIVE_INFINITY))
}

function span(instants: readonly number[]): number {
  return (instants.at(-1) ?? 0) - (instants[0] ?? 0)
}
