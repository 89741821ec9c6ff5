// Benchmarks: `npm run bench -- pull`. Each prints a table for people and, last, one line of JSON.
import { runPaneBenchmark } from './pane/pane-benchmark.ts'
import { runPullBenchmark } from './pull/pull-benchmark.ts'
import { runRefreshBenchmark } from './refresh/refresh-benchmark.ts'

const benchmarks: Readonly<Record<string, (options: readonly string[]) => Promise<void>>> = {
  pane: runPaneBenchmark,
  pull: runPullBenchmark,
  refresh: runRefreshBenchmark,
}

const [name = '', ...options] = process.argv.slice(2)
const run = benchmarks[name]
if (run) {
  await run(options)
} else {
  console.error(`Say which: npm run bench -- ${Object.keys(benchmarks).join(' | ')}`)
  process.exitCode = 2
}
