import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFile, createFolder } from '../../../broker/kernel/shared-folder.ts'

let folder: string
let umask: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheetbroker-shared-'))
  umask = process.umask(0o022)
})
afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true })
})

const modeOf = (...path: string[]): string => (statSync(join(folder, ...path)).mode & 0o7777).toString(8)

describe.runIf(process.platform !== 'win32')('in a folder', () => {
  test.each([
    { of: 'its owner alone', mode: 0o700, file: '600', shared: '600', inner: '700' },
    { of: 'everybody', mode: 0o755, file: '600', shared: '600', inner: '700' },
    { of: 'a group', mode: 0o2770, file: '640', shared: '660', inner: '2770' },
    { of: 'a group that may read', mode: 0o2750, file: '640', shared: '640', inner: '2750' },
    { of: 'a group that may do nothing', mode: 0o2700, file: '600', shared: '600', inner: '2700' },
  ])('of $of new files are $file or $shared, and folders $inner', async ({ mode, file, shared, inner }) => {
    chmodSync(folder, mode)
    createFile(join(folder, 'snapshot'), 'read')
    createFile(join(folder, 'state'), 'write')
    await createFolder(join(folder, 'snapshots/candidates'))
    expect([modeOf('snapshot'), modeOf('state')]).toEqual([file, shared])
    expect([modeOf('snapshots'), modeOf('snapshots', 'candidates')]).toEqual([inner, inner])
  })

  test('what is there stays as it is', async () => {
    chmodSync(folder, 0o2770)
    mkdirSync(join(folder, 'there'), { mode: 0o700 })
    const before = modeOf('there')
    await createFolder(join(folder, 'there'))
    expect(modeOf('there')).toBe(before)
    createFile(join(folder, 'there', 'file'), 'write')
    expect(() => createFile(join(folder, 'there', 'file'), 'write')).toThrow('EEXIST')
  })
})
