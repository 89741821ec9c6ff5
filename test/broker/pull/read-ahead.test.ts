import { describe, expect, test } from 'vitest'
import { readAhead } from '../../../broker/pull/read-ahead.ts'

const never = new AbortController().signal

/** Pages 1, 2, 3, that tell when they were asked for and whether the reading was ended. */
function makeReading(waitsAt = Infinity) {
  const seen = { asked: [] as number[], hasEnded: false }
  const read = async function* (signal: AbortSignal): AsyncGenerator<number> {
    try {
      for (let page = 1; page <= 3; page += 1) {
        seen.asked.push(page)
        if (page === waitsAt)
          await new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
          })
        yield page
      }
    } finally {
      seen.hasEnded = true
    }
  }
  return { seen, read }
}

describe('readAhead', () => {
  test.each([
    {
      name: 'asks for the next page while one is worked on',
      isLight: true,
      asked: [
        [1, 2],
        [1, 2, 3],
        [1, 2, 3],
      ],
    },
    { name: 'but not beside one that is large', isLight: false, asked: [[1], [1, 2], [1, 2, 3]] },
  ])('$name', async ({ isLight, asked }) => {
    const { seen, read } = makeReading()
    const pages: number[] = []
    const askedAt: number[][] = []
    for await (const page of readAhead(read, () => isLight, never)) {
      pages.push(page)
      await Promise.resolve()
      askedAt.push([...seen.asked])
    }
    expect(pages).toEqual([1, 2, 3])
    expect(askedAt).toEqual(asked)
    expect(seen.hasEnded).toBe(true)
  })

  test('ends the reading when its reader stops, whatever it waits for', async () => {
    const { seen, read } = makeReading(2)
    for await (const page of readAhead(read, () => true, never)) if (page === 1) break
    expect(seen).toEqual({ asked: [1, 2], hasEnded: true })
  })

  test('ends with the signal', async () => {
    const { seen, read } = makeReading(2)
    const abort = new AbortController()
    const pages = readAhead(read, () => true, abort.signal)
    await pages.next()
    abort.abort(new Error('withdrawn'))
    await expect(pages.next()).rejects.toThrow('withdrawn')
    expect(seen.hasEnded).toBe(true)
  })

  test('gives the pages before the one that fails', async () => {
    const pages = readAhead(
      async function* () {
        yield await Promise.resolve(1)
        throw new Error('broken')
      },
      () => true,
      never,
    )
    expect(await pages.next()).toEqual({ done: false, value: 1 })
    await expect(pages.next()).rejects.toThrow('broken')
  })
})
