/**
 * A JSON text with the members of every object in one order and without spaces, so equal for equal values. `omitted` names members
 * of the outermost object to leave out.
 */
export function canonicalJson(json: string, omitted: readonly string[] = []): string {
  const value: unknown = JSON.parse(json)
  return JSON.stringify(isObject(value) ? sortMembers(value, omitted) : sortDeeply(value))
}

function sortDeeply(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortDeeply)
  return isObject(value) ? sortMembers(value, []) : value
}

/** As a list of pairs: an object would move names like `2` to its front and lose one called `__proto__`. */
function sortMembers(value: object, omitted: readonly string[]): unknown {
  const members = Object.entries(value).filter(([name]) => !omitted.includes(name))
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: sorted.map(([name, member]) => [name, sortDeeply(member)]) }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
