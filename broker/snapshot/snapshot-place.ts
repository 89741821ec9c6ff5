// Files of the snapshot directory while they are being made.
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFile } from '../kernel/shared-folder.ts'

/** How the names of unfinished files end. */
export const temporaryEndings = { build: '.tmp', stage: '.staged' } as const

/** Makes an empty file, to be read by others only where the data directory is shared with a group; fails when there is one. */
export function reserve(path: string): void {
  createFile(path, 'read')
}

/** Gives a finished file its name, so that a crash leaves all of it or nothing. */
export async function publishFile(from: string, to: string): Promise<void> {
  await sync(from, 'r+')
  await rename(from, to)
  // Windows cannot open a folder; its rename needs no more.
  if (process.platform !== 'win32') await sync(dirname(to), 'r')
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
