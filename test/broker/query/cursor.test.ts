import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CursorSeal } from '../../../broker/crypto/cursor-seal.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemRandom } from '../../../broker/kernel/system.ts'
import { openCursor, sealCursor, type CursorReader } from '../../../broker/query/cursor.ts'
import { joinTuple } from '../../../broker/query/tuple.ts'

const seal = new CursorSeal({ webKey: new Secret(Buffer.alloc(32, 1).toString('base64url')), random: systemRandom })
const reader: CursorReader = { userId: 'u', dataset: 'people', columns: ['Id', 'Name'] }
const wholeTable = { columns: undefined, filter: undefined, orderBy: undefined, top: undefined, nowMs: undefined }
const from = { afterKey: '["a",1]', afterLeft: 2, afterRow: 12 }
const page = { revision: 3, since: 1, comparison: undefined, choice: wholeTable, limit: 10, from }

describe('a cursor', () => {
  test('says to the next request what the page before knew', () => {
    expect(openCursor(seal, reader, sealCursor(seal, reader, page))).toEqual(page)
    const whole = { ...page, since: null }
    expect(openCursor(seal, reader, sealCursor(seal, reader, whole))).toEqual(whole)
    const choice = { columns: 'Id,Name', filter: "Name ne 'ö'", orderBy: 'Id desc', top: 5, nowMs: 1_700_000_000_000 }
    expect(openCursor(seal, reader, sealCursor(seal, reader, { ...page, choice }))).toEqual({ ...page, choice })
    for (const comparison of [{ nowMs: undefined }, { nowMs: 1_700_000_000_001 }])
      expect(openCursor(seal, reader, sealCursor(seal, reader, { ...page, comparison }))).toEqual({
        ...page,
        comparison,
      })
    const longest = { ...page, choice: { ...choice, columns: 'Id', orderBy: 'Id', filter: 'x'.repeat(8_188) } }
    expect(openCursor(seal, reader, sealCursor(seal, reader, longest))).toEqual(longest)
  })

  test.each<{ name: string; other: Partial<CursorReader> }>([
    { name: 'user', other: { userId: 'v' } },
    { name: 'dataset', other: { dataset: 'jobs' } },
    { name: 'columns', other: { columns: ['Id'] } },
    { name: 'order of columns', other: { columns: ['Name', 'Id'] } },
    { name: 'columns that only look alike', other: { columns: ['IdName'] } },
    { name: 'whole table', other: { columns: undefined } },
  ])('does not open for another $name', ({ other }) => {
    const cursor = sealCursor(seal, reader, page)
    expect(() => openCursor(seal, { ...reader, ...other }, cursor)).toThrow(
      expect.objectContaining({ code: 'cursor-invalid' }),
    )
  })

  test('does not open when its content is not a page', () => {
    const binding = joinTuple(['rows', reader.userId, reader.dataset, joinTuple(reader.columns!)])
    const other = seal.seal({ r: 1, s: null, l: -1, k: '', n: 0 }, binding)
    expect(() => openCursor(seal, reader, other)).toThrow(expect.objectContaining({ code: 'cursor-invalid' }))
  })
})

test('no two tuples give the same text', () => {
  const part = fc.option(fc.oneof(fc.string(), fc.constantFrom('1:', '-', '1:-', '', '0:')))
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (left, right) => {
      expect(joinTuple(left) === joinTuple(right)).toBe(JSON.stringify(left) === JSON.stringify(right))
    }),
  )
})
