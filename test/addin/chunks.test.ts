import { describe, expect, test } from 'vitest'
import { rowBytes, sendInChunks } from '../../addin/chunks.ts'
import { WorkbookError } from '../../addin/workbook-error.ts'

async function send(sizes: readonly number[], mostBytes: number) {
  const sent: [number, number][] = []
  await sendInChunks(sizes, (first, count) => {
    const bytes = sizes.slice(first, first + count).reduce((sum, size) => sum + size, 0)
    if (bytes > mostBytes) return Promise.reject(new WorkbookError('too-large', 'Too much.'))
    sent.push([first, count])
    return Promise.resolve()
  })
  return sent
}

describe('sendInChunks', () => {
  test('sends nearly five megabytes at once, every item once and in order', async () => {
    expect(await send(new Array<number>(5).fill(2_000_000), 5_000_000)).toEqual([
      [0, 2],
      [2, 2],
      [4, 1],
    ])
    expect(await send([], 1)).toEqual([])
  })

  test('halves what it sends until the host takes it', async () => {
    const sent = await send(new Array<number>(10).fill(100_000), 300_000)
    expect(sent.every(([, count]) => count <= 3)).toBe(true)
    expect(sent.reduce((items, [, count]) => items + count, 0)).toBe(10)
  })

  test('gives up when one item alone is too large, and on every other error at once', async () => {
    await expect(send([400_000], 300_000)).rejects.toMatchObject({ kind: 'too-large' })
    const other = sendInChunks([1, 1], () => Promise.reject(new WorkbookError('protected', 'No.')))
    await expect(other).rejects.toMatchObject({ kind: 'protected' })
  })
})

describe('rowBytes', () => {
  test.each([
    { name: 'plain texts and numbers', row: ['some text', 12.5, true, ''] },
    { name: 'quotes, backslashes and line breaks', row: ['a "quoted" \\ text\nwith lines', '"""'] },
    { name: 'letters of more than one byte', row: ['ÅÄÖ', '日本語', '😀'] },
  ])('is no less than what $name take as JSON in JSON', ({ row }) => {
    const bytes = new TextEncoder().encode(JSON.stringify(JSON.stringify(row))).length
    expect(rowBytes(row)).toBeGreaterThanOrEqual(bytes - 4)
    expect(rowBytes(row)).toBeLessThan(bytes * 2)
  })
})
