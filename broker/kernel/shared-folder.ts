// New files are their owner's alone, but for a folder with the set-group-ID bit, which its owner has given to a group: web and egress
// under users of their own share the data directory through one. Nobody has to set a umask for it.
import { closeSync, fchmodSync, openSync, statSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

const groupMay = { read: 0o040, write: 0o060 } as const
const setGroupId = 0o2000

/** Makes an empty file, which the folder's group may at most read, or write. Throws EEXIST when there is one. */
export function createFile(path: string, group: keyof typeof groupMay): void {
  const file = openSync(path, 'wx', 0o600)
  fchmodSync(file, 0o600 | (rightsOfGroup(dirname(path)) & groupMay[group]))
  closeSync(file)
}

/** Makes a folder, and those above it, for the same group as the folder that they are in. One that is there stays as it is. */
export async function createFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const rights = rightsOfGroup(dirname(first))
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await chmod(folder, 0o700 | rights)
}

function rightsOfGroup(folder: string): number {
  const { mode } = statSync(folder)
  return mode & setGroupId ? mode & (setGroupId | 0o070) : 0
}
