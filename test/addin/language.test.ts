import { afterEach, describe, expect, test } from 'vitest'
import { isRightToLeft, speak, texts, wording } from '../../addin/language.ts'
import { arabic } from '../../addin/texts/ar.ts'
import type { Obstacle } from '../../addin/table-error.ts'
import { german } from '../../addin/texts/de.ts'
import { english } from '../../addin/texts/en.ts'
import { french } from '../../addin/texts/fr.ts'
import { Wording } from '../../addin/texts/wording.ts'

afterEach(() => speak('en'))

/** Every text by its path; functions are called, with numbers where they count. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') {
    const call = value as (...parts: unknown[]) => unknown
    // A text that counts takes its number first; the others take texts, which numbers print as.
    return [[path, String(call(12_345, 67, 'x'))]]
  }
  return Object.entries(value as object).flatMap(([name, inner]) => flatten(inner, `${path}.${name}`))
}

describe('languages', () => {
  const languages = { de: german, fr: french, ar: arabic }

  test.each(Object.entries(languages))('%s has a text of its own wherever English has one', (tag, textsOf) => {
    const own = new Map(flatten(textsOf(new Wording(tag))))
    const names = new Set(['.pane.product'])
    const same = flatten(english(new Wording('en'))).filter(([path, text]) => {
      const translated = own.get(path)
      return (translated ?? '') === '' || (translated === text && /\p{L}{3}/u.test(text) && !names.has(path))
    })
    expect(same.filter(([path]) => !sameWords[tag]?.includes(path))).toEqual([])
  })

  /** Words that both languages write the same. */
  const sameWords: Readonly<Record<string, readonly string[]>> = {
    de: ['.choosing.datasets', '.choosing.filter', '.choosing.types.text', '.pane.offline'],
  }

  test.each([
    [0, 'لا صفوف'],
    [1, 'صف واحد'],
    [2, 'صفان'],
    [3, '3 صفوف'],
    [11, '11 صفًا'],
    [100, '100 صف'],
  ])('Arabic counts %d rows in their own form', async (count, text) => {
    await speak('ar-EG-u-nu-latn')
    expect(texts.pane.rows(count)).toBe(text)
    expect(isRightToLeft()).toBe(true)
  })

  test('Arabic keeps the direction of names to themselves, also inside of an obstacle', async () => {
    await speak('ar')
    expect(texts.refreshing.show('Jobs (1)')).toContain('\u2068Jobs (1)\u2069')
    const place = { cells: 1, address: 'Sheet1!A3', text: 'Sum' }
    const obstacle: Obstacle = { ...place, table: undefined, hasMergedCells: false, isBeside: false }
    const text = texts.errors.table['growth-blocked']('Jobs', { obstacle })
    expect(text).toContain('\u2068Sheet1!A3\u2069: «\u2068Sum\u2069»')
    expect(texts.errors.table['too-many-rows']('12')).not.toContain('NaN')
    await speak('de')
    expect(texts.refreshing.show('Jobs (1)')).not.toMatch(/[\u2068\u2069]/)
  })

  test.each([
    ['de-AT', 'de', '12.345 Zeilen'],
    ['FR', 'fr', '12 345 lignes'],
    ['en-GB', 'en', '12,345 rows'],
    ['it-IT', 'en', '12,345 rows'],
    ['', 'en', '12,345 rows'],
    ['not a tag', 'en', '12,345 rows'],
  ])('%s speaks %s', async (tag, language, rows) => {
    await speak(tag)
    expect(wording.tag.slice(0, 2)).toBe(language)
    expect(texts.pane.rows(12_345).replaceAll(/[\u00A0\u202F]/g, ' ')).toContain(rows.slice(-6))
    expect(isRightToLeft()).toBe(false)
  })
})
