import { expect, test, vi } from 'vitest'
import { runRefreshBenchmark } from '../../bench/refresh/refresh-benchmark.ts'

test('the refresh benchmark ends with one line of figures that keep what is promised', async () => {
  vi.spyOn(console, 'table').mockImplementation(() => undefined)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await runRefreshBenchmark(['--rows', '12000'])
  } finally {
    vi.restoreAllMocks()
  }
  const below = (most: number): unknown => expect.toSatisfy((ratio: number) => ratio < most)
  expect(JSON.parse(String(log.mock.calls.at(-1)?.[0]))).toEqual({
    unchanged: { requests: 1, writes: 0 },
    changed100: { bytesRatio: below(0.2), cellWrites: 100 },
    inserted1Percent: { bytesRatio: below(0.1) },
    firstFill: {
      bytesRatio: below(1.1),
      syncRatio: below(1.1001),
    },
  })
}, 60_000)
