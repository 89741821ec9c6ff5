import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  builtThreads,
  digestFiles,
  isBuiltFromSources,
  threadProgram,
  threadPrograms,
} from '../../../broker/kernel/thread-program.ts'

const run = promisify(execFile)
const names = Object.keys(threadPrograms) as (keyof typeof threadPrograms)[]
const files = ['broker/one.ts', 'broker/two.ts']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheetbroker-threads-'))
  for (const name of ['broker', builtThreads]) mkdirSync(join(folder, name), { recursive: true })
  for (const file of files) writeFileSync(join(folder, file), `export const name = '${file}'\n`)
  writeFileSync(
    join(folder, builtThreads, 'sources.json'),
    JSON.stringify({ files, digest: digestFiles(folder, files) }),
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a build counts as long as its sources are the same', () => {
  expect(isBuiltFromSources(folder)).toBe(true)
})

test.each<[string, () => void]>([
  ['another source', () => writeFileSync(join(folder, 'broker/two.ts'), 'export const name = 2\n')],
  ['a source that is gone', () => rmSync(join(folder, 'broker/one.ts'))],
  ['no build', () => rmSync(join(folder, builtThreads), { recursive: true })],
  ['a broken list', () => writeFileSync(join(folder, builtThreads, 'sources.json'), '{"files":')],
])('with %s it does not', (_name, change) => {
  change()
  expect(isBuiltFromSources(folder)).toBe(false)
})

test('what moves from one source to the next is seen', () => {
  for (const file of files) writeFileSync(join(folder, file), '')
  const digest = digestFiles(folder, files)
  writeFileSync(join(folder, 'broker/one.ts'), 'broker/two.ts')
  expect(digestFiles(folder, files)).not.toBe(digest)
})

test.each(names)('%s as tests start it is the built one, and loads without WebAssembly', async (name) => {
  const program = fileURLToPath(threadProgram(name))
  expect(program).toContain('threads')
  // Without it, V8 has no WebAssembly.
  await run(process.execPath, ['--jitless', program])
})

test.each(names)('%s as a source does need WebAssembly', async (name) => {
  await expect(run(process.execPath, ['--jitless', threadPrograms[name]])).rejects.toMatchObject({
    stderr: expect.stringContaining('ERR_WEBASSEMBLY_NOT_SUPPORTED') as string,
  })
})
