/** A text, or one character or word that is none. What `JSON.parse` took is made of these. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * The value of a JSON text in which no member stands twice in one object: of two, readers disagree which one counts.
 *
 * @throws {SyntaxError} for anything else
 * @see RFC 8725 section 2.4, RFC 7515 section 4
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  /** For each object that is open, the names it has had; undefined for a list. */
  const open: (Set<string> | undefined)[] = []
  let isNameNext = false
  for (const [part] of text.matchAll(token)) {
    if (part === '{') open.push(new Set())
    else if (part === '[') open.push(undefined)
    else if (part === '}' || part === ']') open.pop()
    else if (isNameNext && part.startsWith('"')) noteName(open.at(-1), part)
    isNameNext = (part === '{' || part === ',') && open.at(-1) !== undefined
  }
  return value
}

function noteName(names: Set<string> | undefined, quoted: string): void {
  // Two spellings, such as "exp" and "\u0065xp", are one name.
  const name = String(JSON.parse(quoted))
  if (names?.has(name)) throw new SyntaxError('A member stands twice in one object.')
  names?.add(name)
}
