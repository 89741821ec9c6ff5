import { describe, expect, test } from 'vitest'
import { formatPlace } from '../../../addin/choosing/place.ts'
import { examineSize, forbids } from '../../../addin/choosing/size.ts'

const place = { sheet: '1', sheetName: 'Sheet1', row: 0, column: 0 }

describe('the size of a table', () => {
  test.each([
    ['fits', { found: 100_000 }, []],
    ['is large', { found: 100_001 }, ['slow']],
    ['is more than a sheet', { found: 1_048_576 }, ['too-many-rows']],
    ['just fits a sheet', { found: 1_048_575 }, ['slow']],
    ['does not fit below the place', { found: 11, place: { ...place, row: 1_048_565 } }, ['too-low']],
    ['just fits below the place', { found: 10, place: { ...place, row: 1_048_565 } }, []],
    ['fits a new sheet', { found: 11, place: undefined }, []],
    ['does not fit beside the place', { found: 1, columns: 4, place: { ...place, column: 16_381 } }, ['too-wide']],
    ['is cut', { found: 12_000, top: 500 }, ['cut']],
    ['is cut to what fits', { found: 2_000_000, top: 500 }, ['cut']],
    ['is not cut by a limit above it', { found: 499, top: 500 }, []],
    ['is empty', { found: 0 }, ['no-rows']],
  ])('%s', (_name, wanted, kinds) => {
    const findings = examineSize({ top: undefined, columns: 3, place, ...wanted })
    expect(findings.map(({ kind }) => kind)).toEqual(kinds)
  })

  test('is refused with the numbers', () => {
    const [low] = examineSize({
      found: 11,
      top: undefined,
      columns: 3,
      place: { ...place, row: 1_048_570, column: 27 },
    })
    expect(low).toEqual({ kind: 'too-low', rows: 11, most: 5, place: 'Sheet1!AB1048571' })
    expect(low && forbids(low)).toBe(true)
    expect(forbids({ kind: 'slow', rows: 1 })).toBe(false)
  })

  test.each([
    ['Sheet1', 'Sheet1!A1'],
    ['My sheet', "'My sheet'!A1"],
    ["O'Neil", "'O''Neil'!A1"],
    ['Größe_1', 'Größe_1!A1'],
    ['2026', "'2026'!A1"],
  ])('names a cell of %s as Excel does', (sheetName, address) => {
    expect(formatPlace({ ...place, sheetName })).toBe(address)
  })
})
