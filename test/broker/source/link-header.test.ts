import { describe, expect, test } from 'vitest'
import { findNextLink } from '../../../broker/source/link-header.ts'

describe('findNextLink', () => {
  test.each([
    { header: '</a?page=2>; rel="next"', next: '/a?page=2' },
    { header: '<b>;rel=next', next: 'b' },
    { header: '<b> ; REL = "Prev NEXT" ; title="x"', next: 'b' },
    { header: '<a,b;c>; title="<evil>; rel=\\"next\\", <no>"; rel="prev", , <c>; rel="next"', next: 'c' },
    { header: '<a>; rel="first"; rel="next"', next: undefined },
    { header: "<a>; title*=UTF-8''n%c3%a4chste; rel=next", next: 'a' },
    { header: '</x>; rel="next"; anchor="/other", <?p=2>; rel="next"', next: '?p=2' },
    { header: '<?p=2>; rel="next"; anchor=""', next: '?p=2' },
    { header: "<a>; rel='next', <b>; rel='last'", next: 'a' },
    { header: "<a>; rel='last next'; title=x", next: 'a' },
    { header: '<a>', next: undefined },
    { header: '<>; rel=next', next: '' },
    { header: '<a>; rel=next, nonsense', next: 'a' },
    { header: '<a>; rel="prev" <b>; rel="next"', next: 'b' },
    { header: '', next: undefined },
  ])('$header', ({ header, next }) => expect(findNextLink(header)).toBe(next))

  test.each(['nonsense', '<a>; rel="prev", b>; rel="next"', '<a>; title="x; rel=next'])(
    'does not take the page of %s for the last one',
    (header) => expect(() => findNextLink(header)).toThrow('Link header'),
  )

  test('takes a long hostile header in linear time', () => {
    const header = `<a>; title="${'\\"'.repeat(50_000)}`
    const startMs = performance.now()
    expect(() => findNextLink(header)).toThrow()
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})
