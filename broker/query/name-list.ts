import { parameterProblem } from './mistakes.ts'

/** A column that a list names. */
export interface ListedName {
  readonly name: string
  /** Where it stands in the list. */
  readonly at: number
}

export interface OrderTerm extends ListedName {
  readonly isDescending: boolean
}

/**
 * The names in a list such as `Id,Name.First,"City, country"`: separated by commas, in double quotes where they have commas or
 * double quotes (written twice) themselves.
 *
 * @throws {BrokerError} `request-invalid` at `columns:` and the place
 */
export function readNames(text: string): readonly ListedName[] {
  return splitList('columns', text).map(({ part, at }) => ({ name: readName('columns', part, at), at }))
}

/**
 * The terms of a list such as `Name desc,"Valid asc" asc,Id`; ascending where nothing is said.
 *
 * @throws {BrokerError} `request-invalid` at `orderby:` and the place
 */
export function readOrder(text: string): readonly OrderTerm[] {
  return splitList('orderby', text).map(({ part, at }) => {
    const direction = /[ \t](?<word>asc|desc)$/i.exec(part)
    const name = direction ? part.slice(0, direction.index).trimEnd() : part
    const isDescending = direction?.groups?.['word']?.toLowerCase() === 'desc'
    return { name: readName('orderby', name, at), at, isDescending }
  })
}

/** What stands between commas outside quotes, trimmed. */
function splitList(parameter: string, text: string): { readonly part: string; readonly at: number }[] {
  const parts: { part: string; at: number }[] = []
  let isQuoted = false
  let start = 0
  for (let place = 0; place <= text.length; place += 1) {
    if (text[place] === '"') isQuoted = !isQuoted
    if (place < text.length && (isQuoted || text[place] !== ',')) continue
    const whole = text.slice(start, place)
    const part = whole.trim()
    const at = start + (whole.length - whole.trimStart().length)
    if (part === '') throw parameterProblem(parameter, [{ at, message: 'Here a name is missing.' }])
    parts.push({ part, at })
    start = place + 1
  }
  return parts
}

function readName(parameter: string, part: string, at: number): string {
  if (!part.includes('"')) return part
  const quoted = /^"(?<name>(?:[^"]|"")+)"$/.exec(part)?.groups?.['name']
  if (quoted !== undefined) return quoted.replaceAll('""', '"')
  const message = 'Write the whole name in double quotes, and each double quote inside it twice.'
  throw parameterProblem(parameter, [{ at, message }])
}
