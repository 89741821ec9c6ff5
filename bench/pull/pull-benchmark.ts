import { parseArgs } from 'node:util'
import { startChild, stopChild } from './child.ts'
import { measurePull, type PullFigures } from './measured-pull.ts'

interface Line extends PullFigures {
  /** Rows a second of the pull, divided by those of a bare loop that reads and parses the same pages. */
  readonly ratioToBareLoop: number
  readonly bareSeconds: number
}

const pageSize = 1_000
/** As public APIs page, and as far as their servers are. */
const distant = { rows: 10_000, pageSize: 100, latencyMs: 50, parallel: 16 }

/** Rows a second and memory of whole pulls beside a bare loop, and the gain over a sequential client of a distant source. */
export async function runPullBenchmark(options: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...options],
    options: { rows: { type: 'string', default: '10000,100000,1000000' } },
  })
  const lines: Line[] = []
  for (const rows of values.rows.split(',').map(Number)) lines.push(await measureBeside(rows))
  console.table(
    lines.map((line) => ({
      rows: line.rows,
      'pull s': line.seconds,
      'rows/s': Math.round(line.rows / line.seconds),
      'bare loop s': round(line.bareSeconds),
      'ratio to bare loop': round(line.ratioToBareLoop),
      'egress peak MiB': Math.round(line.peakMiB ?? Number.NaN),
      'web loop delay p99 ms': round(line.loopDelayP99Ms),
      'unchanged s': line.unchangedSeconds,
      'unchanged peak MiB': Math.round(line.unchangedPeakMiB ?? Number.NaN),
    })),
  )
  const speedup = await measureDistant()
  console.log(
    `${distant.latencyMs} ms away, ${distant.pageSize} rows a page: ${round(speedup)} times a sequential client`,
  )
  const largest = lines.reduce((most, line) => (line.rows > most.rows ? line : most))
  console.log(
    JSON.stringify({
      rows: largest.rows,
      ratioToBareLoop: round(largest.ratioToBareLoop),
      speedupOverSequential: round(speedup),
      peakMiB: Math.round(largest.peakMiB ?? Number.NaN),
      webLoopDelayP99Ms: round(largest.loopDelayP99Ms),
    }),
  )
}

async function measureBeside(rows: number): Promise<Line> {
  const server = await startChild('page-server.ts', ['--rows', String(rows)])
  try {
    const bareSeconds = await runBareLoop(server.line, pageSize)
    const figures = await measurePull({ url: server.line, pageSize, parallel: 1 })
    if (figures.rows !== rows) throw new Error(`${figures.rows} of ${rows} rows arrived.`)
    return { ...figures, bareSeconds, ratioToBareLoop: bareSeconds / figures.seconds }
  } finally {
    await stopChild(server.process)
  }
}

async function measureDistant(): Promise<number> {
  const { rows, latencyMs, pageSize: size, parallel } = distant
  const server = await startChild('page-server.ts', ['--rows', String(rows), '--latency-ms', String(latencyMs)])
  try {
    const sequentialSeconds = await runBareLoop(server.line, size)
    return sequentialSeconds / (await measurePull({ url: server.line, pageSize: size, parallel })).seconds
  } finally {
    await stopChild(server.process)
  }
}

async function runBareLoop(url: string, size: number): Promise<number> {
  const { line } = await startChild('bare-loop.ts', ['--url', url, '--size', String(size)])
  return (JSON.parse(line) as { seconds: number }).seconds
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
