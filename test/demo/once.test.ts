import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Summary } from '../../demo/once.ts'

const program = join(import.meta.dirname, '../../demo/main.ts')

async function runDemo(...options: string[]): Promise<{ summary: Summary; errors: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, '--once', ...options])
  const lines = stdout.trimEnd().split('\n')
  return { summary: JSON.parse(lines.at(-1) ?? '') as Summary, errors: stderr }
}

describe('demo --once', () => {
  test('reads every row with one token, and after a change only what changed', { timeout: 120_000 }, async () => {
    const { summary, errors } = await runDemo('--candidates', '5000', '--seed', '7', '--unlimited')
    expect(summary).toMatchObject({
      rows: 5000,
      pages: 5,
      tokenCalls: 1,
      revision: 2,
      refresh: { changed: 70, deleted: 10, requests: 1 },
    })
    expect(errors).toBe('')
  })

  test('lives through several lives of a token without an error', { timeout: 120_000 }, async () => {
    const { summary, errors } = await runDemo('--candidates', '3000', '--token-seconds', '2')
    expect(summary.rows).toBe(3000)
    expect(summary.tokenCalls).toBeGreaterThan(1)
    expect(errors).toBe('')
  })
})
