import { describe, expect, test } from 'vitest'
import { parseLinkHeader } from '../../../broker/source/link-header.ts'

describe('parseLinkHeader', () => {
  test.each([
    { header: '</a?page=2>; rel="next"', links: [{ target: '/a?page=2', relations: ['next'] }] },
    { header: '<b>;rel=next', links: [{ target: 'b', relations: ['next'] }] },
    { header: '<b> ; REL = "Prev NEXT" ; title="x"', links: [{ target: 'b', relations: ['prev', 'next'] }] },
    {
      header: '<a,b;c>; title="<evil>; rel=\\"next\\", <no>"; rel="prev", , <c>; rel="next"',
      links: [
        { target: 'a,b;c', relations: ['prev'] },
        { target: 'c', relations: ['next'] },
      ],
    },
    { header: '<a>; rel="first"; rel="next"', links: [{ target: 'a', relations: ['first'] }] },
    { header: "<a>; title*=UTF-8''n%c3%a4chste; rel=next", links: [{ target: 'a', relations: ['next'] }] },
    { header: '<a>', links: [{ target: 'a', relations: [] }] },
    { header: '<>; rel=next', links: [{ target: '', relations: ['next'] }] },
    { header: 'nonsense', links: [] },
    { header: '', links: [] },
  ])('$header', ({ header, links }) => expect(parseLinkHeader(header)).toEqual(links))

  test('takes a long hostile header in linear time', () => {
    const header = `<a>; title="${'\\"'.repeat(50_000)}`
    const startMs = performance.now()
    parseLinkHeader(header)
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})
