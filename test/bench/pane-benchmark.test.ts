import { expect, test, vi } from 'vitest'
import { runPaneBenchmark } from '../../bench/pane/pane-benchmark.ts'

test('the pane benchmark ends with one line of figures', async () => {
  vi.spyOn(console, 'table').mockImplementation(() => undefined)
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    await runPaneBenchmark(['--runs', '1'])
  } finally {
    vi.restoreAllMocks()
  }
  const figures = JSON.parse(String(log.mock.calls.at(-1)?.[0])) as Record<string, number>
  expect(Object.keys(figures)).toEqual(['firstLoadGzipKiB', 'firstPaintMs', 'interactiveMs'])
  const { firstLoadGzipKiB = 0, firstPaintMs = 0, interactiveMs = 0 } = figures
  // The part of the pane that is there at first; how fast this machine is today is no matter of a test.
  expect(firstLoadGzipKiB).toBeGreaterThan(60)
  expect(firstLoadGzipKiB).toBeLessThan(120)
  expect(firstPaintMs).toBeGreaterThan(0)
  expect(interactiveMs).toBeGreaterThan(firstPaintMs)
}, 120_000)
