// Names of tables, columns and cells are mostly written from left to right. In a sentence that runs the other way they would pull the
// brackets, quotes and full stops beside them to their wrong side.

const firstStrongIsolate = '\u2068'
const popDirectionalIsolate = '\u2069'

/**
 * The same texts; whatever text is put into one of them keeps its direction to itself.
 *
 * @see UAX 9, section 2.7, "First Strong Isolate"
 */
export function isolateParts<Texts>(texts: Texts): Texts {
  return wrap(texts) as Texts
}

function wrap(value: unknown): unknown {
  if (typeof value === 'function') {
    const say = value as (...parts: unknown[]) => unknown
    return (...parts: unknown[]) => say(...parts.map(isolate))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wrap(inner)]))
}

/** Text that is a number may be read as one. */
function isolate(part: unknown): unknown {
  return typeof part === 'string' && /\D/.test(part) ? isolateText(part) : part
}

/** For texts that come inside of something else. */
export function isolateText(text: string): string {
  return `${firstStrongIsolate}${text}${popDirectionalIsolate}`
}
