import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test.skipIf(['win32', 'darwin'].includes(process.platform))('sideload says what to do where there is no Excel', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/sideload.ts'], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([1, expect.stringContaining('npm run demo')])
})
