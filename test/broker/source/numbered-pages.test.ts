// Sources that say how many pages they have.
import { describe, expect, test } from 'vitest'
import { startReading, type DatasetInput } from './support/reading.ts'
import { sendJson } from './support/upstream.ts'

const rows = Array.from({ length: 95 }, (_, id) => ({ id }))
const size = 10

function by(type: 'page-number' | 'offset', parallel: number): DatasetInput {
  const paging = { type, parameter: 'at', sizeParameter: 'size', size, totalPages: '/pages', parallel } as const
  return { records: '/data', paging }
}

describe.each([1, 4])('totalPages, %i at once', (parallel) => {
  test.each([
    { name: 'another number of pages', answer: { data: [], pages: 9 }, status: 200, code: 'source-changed' },
    { name: 'nothing where a page should be', answer: {}, status: 404, code: 'source-truncated' },
  ])('$name than the first page said is $code', async ({ answer, status, code }) => {
    const reading = await startReading((seen, response) => {
      const page = Number(seen.url.searchParams.get('at'))
      if (page === 4) sendJson(response, answer, { status })
      else sendJson(response, { data: rows.slice((page - 1) * size, page * size), pages: 10 })
    })
    expect(await reading.fail(by('page-number', parallel))).toMatchObject({ code })
  })

  test.each([
    { name: 'in the middle', short: 30 },
    { name: 'before the last', short: 80 },
  ])('a short page $name changes the offsets, and no record is lost', async ({ short }) => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.url.searchParams.get('at'))
      sendJson(response, { data: rows.slice(at, at + (at === short ? 3 : size)), pages: 10 })
    })
    expect(await reading.read(by('offset', parallel))).toEqual(rows)
  })

  test('a page without records before the last is source-truncated where offsets follow from records', async () => {
    const reading = await startReading((seen, response) => {
      const at = Number(seen.url.searchParams.get('at'))
      sendJson(response, { data: at === 30 ? [] : rows.slice(at, at + size), pages: 10 })
    })
    expect(await reading.fail(by('offset', parallel))).toMatchObject({ code: 'source-truncated' })
  })
})
