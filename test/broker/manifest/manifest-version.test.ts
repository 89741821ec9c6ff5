import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareVersions,
  fromUnifiedVersion,
  nextIssue,
  toManifestVersion,
  toUnifiedVersion,
} from '../../../broker/manifest/manifest-version.ts'

describe('toManifestVersion', () => {
  test.each([
    ['0.1.0', '0.1.0.0'],
    ['1.20.3-beta.1', '1.20.3.0'],
    ['2', '2.0.0.0'],
  ])('writes %s as %s', (from, to) => {
    expect(toManifestVersion(from)).toBe(to)
  })

  test('refuses what is no version', () => {
    expect(() => toManifestVersion('next')).toThrow(TypeError)
  })
})

describe('nextIssue', () => {
  const least = '1.2.3.0'
  test.each([
    { name: 'begins with the release’s', memories: [], to: '1.2.3.0' },
    { name: 'keeps a content’s', memories: [{ digest: 'a', version: '1.2.3.7' }], to: '1.2.3.7' },
    { name: 'keeps a content’s in a later release', memories: [{ digest: 'a', version: '1.0.0.0' }], to: '1.0.0.0' },
    { name: 'rises with another content', memories: [{ digest: 'b', version: '1.2.3.7' }], to: '1.2.3.8' },
    { name: 'rises to the release’s at least', memories: [{ digest: 'b', version: '1.1.9.9' }], to: '1.2.3.0' },
    { name: 'rises above a later release’s', memories: [{ digest: 'b', version: '2.0.0.0' }], to: '2.0.0.1' },
    { name: 'carries', memories: [{ digest: 'b', version: '1.2.65535.65535' }], to: '1.3.0.0' },
    {
      name: 'believes the highest memory',
      memories: [{ digest: 'a', version: '1.2.3.1' }, undefined, { digest: 'b', version: '1.2.3.4' }],
      to: '1.2.3.5',
    },
  ])('$name', ({ memories, to }) => {
    expect(nextIssue(memories, 'a', least)).toEqual({ digest: 'a', version: to })
  })

  test('is higher after every change, and the same after none, for any history', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2 }), (contents) => {
        let last = nextIssue([], contents[0]!, least)
        for (const content of contents.slice(1)) {
          const next = nextIssue([last], content, least)
          const rise = compareVersions(next.version, last.version)
          expect(content === last.digest ? rise === 0 : rise > 0).toBe(true)
          last = next
        }
      }),
    )
  })
})

test('three numbers keep the order of four, and lead back to them', () => {
  const part = fc.integer({ min: 0, max: 65_535 })
  const version = fc.tuple(part, part, part, part).map((parts) => parts.join('.'))
  fc.assert(
    fc.property(version, version, (one, other) => {
      expect(fromUnifiedVersion(toUnifiedVersion(one))).toBe(one)
      const order = Math.sign(compareVersions(toUnifiedVersion(one), toUnifiedVersion(other)))
      expect(order).toBe(Math.sign(compareVersions(one, other)))
    }),
  )
})
