import { describe, expect, test } from 'vitest'
import { findItems, fold, prepareSearch } from '../../../addin/choosing/search.ts'

const items = [
  { title: 'Café orders', description: 'Every cup', columns: ['Größe', 'İstanbul store'] },
  { title: 'Staff', description: 'People of the café', columns: ['Name', 'Start date'] },
  { title: 'Decaf stock', description: 'Bags', columns: ['Name'] },
  { title: 'مجموعة المَرشَّحين', description: '', columns: [] },
]
const prepared = prepareSearch(items, ({ title, description, columns }) => [title, description, columns.join('\n')])
const find = (query: string): readonly string[] => findItems(prepared, query).map(({ title }) => title)

describe('finding by words', () => {
  test.each([
    ['', ['Café orders', 'Staff', 'Decaf stock', 'مجموعة المَرشَّحين']],
    ['CAFE', ['Café orders', 'Staff']],
    ['café', ['Café orders', 'Staff']],
    ['caf', ['Café orders', 'Decaf stock', 'Staff']],
    ['  orders   cup ', ['Café orders']],
    ['cup orders', ['Café orders']],
    ['grosse', ['Café orders']],
    ['GRÖSSE', ['Café orders']],
    ['istanbul', ['Café orders']],
    ['start date', ['Staff']],
    ['name', ['Staff', 'Decaf stock']],
    ['المرشحين', ['مجموعة المَرشَّحين']],
    ['.*', []],
    ['nothing', []],
  ])('%j finds %j', (query, titles) => {
    expect(find(query)).toEqual(titles)
  })

  test('takes letters apart that Unicode does not', () => {
    expect(fold('Æsir Łódź Ørsted œuvre')).toBe('aesir lodz orsted oeuvre')
  })

  test('answers at once for a thousand datasets of a hundred columns', () => {
    const many = prepareSearch(
      Array.from({ length: 1_000 }, (_none, index) => `Dataset ${index}`),
      (title) => [title, Array.from({ length: 100 }, (_none, column) => `Column ${column} of ${title}`).join('\n')],
    )
    expect(findItems(many, 'column 99 dataset 999')).toEqual(['Dataset 999'])
  })
})
