// Finding by words, as people type them: accents and capitals do not matter, nor does the order of the words.

/** A text as it is compared: small letters without accents, ligatures taken apart. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('œ', 'oe')
    .replaceAll('ø', 'o')
    .replaceAll('đ', 'd')
    .replaceAll('ł', 'l')
    .replaceAll('ı', 'i')
}

/** The words of a query, as they are compared. */
export function foldWords(query: string): readonly string[] {
  return fold(query)
    .split(/\s+/u)
    .filter((word) => word !== '')
}

/** What can be found: its texts, the most telling first. */
export interface Searchable<Item> {
  readonly item: Item
  readonly folded: readonly string[]
}

export function prepareSearch<Item>(
  items: readonly Item[],
  textsOf: (item: Item) => readonly string[],
): readonly Searchable<Item>[] {
  return items.map((item) => ({ item, folded: textsOf(item).map(fold) }))
}

/** The items that have every word of the query somewhere; those that have them in the earlier texts come first. */
export function findItems<Item>(prepared: readonly Searchable<Item>[], query: string): readonly Item[] {
  const words = foldWords(query)
  if (words.length === 0) return prepared.map(({ item }) => item)
  const found = prepared.flatMap(({ item, folded }) => {
    const ranks = words.map((word) => rankWord(word, folded))
    return ranks.includes(-1) ? [] : [{ item, rank: Math.max(...ranks) }]
  })
  return found.sort((one, other) => one.rank - other.rank).map(({ item }) => item)
}

/** Which text has the word, a beginning of a word counting before its middle; -1 when none has. */
function rankWord(word: string, folded: readonly string[]): number {
  for (const [index, text] of folded.entries()) {
    const at = text.indexOf(word)
    if (at < 0) continue
    const startsWord = text.startsWith(word) || new RegExp(`[^\\p{L}\\p{N}]${escapePattern(word)}`, 'u').test(text)
    return index * 2 + (startsWord ? 0 : 1)
  }
  return -1
}

function escapePattern(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)
}
