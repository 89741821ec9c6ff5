/**
 * One text that stands for exactly these parts: each is preceded by its length, so that no two lists give the same text.
 */
export function joinTuple(parts: readonly (string | number | null)[]): string {
  return parts.map((part) => (part === null ? '-' : `${`${part}`.length}:${part}`)).join('')
}
