import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import { hasCode } from '../kernel/error-code.ts'
import type { Log } from '../kernel/log.ts'
import type { PullStore, SnapshotStore } from '../store/stores.ts'

export interface CleaningDeps {
  readonly snapshots: SnapshotStore
  readonly pulls: Pick<PullStore, 'find'>
  readonly snapshotDirectory: string
  /** How long a superseded snapshot stays for those who are reading it. */
  readonly keepMs: number
  readonly clock: Clock
  readonly log: Log
}

/** A file this old that nothing names belongs to a process that died: a live one touches its files every minute. */
const leftoverMs = 3_600_000

/**
 * Removes snapshots that no cursor can name any more, and what dead processes left: unfinished files, and finished ones whose
 * pull was never completed. May run in several processes at once.
 */
export async function cleanSnapshots(deps: CleaningDeps): Promise<void> {
  const { snapshots, pulls, snapshotDirectory, keepMs, clock, log } = deps
  for (const { dataset, revision, file } of await snapshots.listSuperseded(clock.nowMs() - keepMs)) {
    // In this order: a file without a row is a leftover, a row without a file would be a broken promise.
    await snapshots.remove(dataset, revision)
    await rm(join(snapshotDirectory, file), { force: true })
  }
  for (const file of await listFiles(snapshotDirectory)) {
    const path = join(snapshotDirectory, file)
    if (clock.nowMs() - (await modifiedAtMs(path)) < leftoverMs) continue
    // In this order: a pull that completes meanwhile has its file named when it is no longer in work.
    if ((await isInWork(pulls, file)) || (await isNamed(snapshots, file))) continue
    await rm(path, { force: true })
    log.info('leftover removed', { file })
  }
}

/** `<revision>-<pull>-<attempt>.db`, finished or not; whatever else lies there is not ours to remove. */
const writtenBySnapshots = /^\d+-[\w-]+\.db(?:\.tmp|\.staged)?$/
const pullInName = /\/\d+-([\w-]+)-[^-]+$/

/** Every file of every dataset's folder, as `<dataset>/<name>`. */
async function listFiles(directory: string): Promise<string[]> {
  const folders = await readdir(directory, { withFileTypes: true }).catch(noneIfMissing)
  const files: string[] = []
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    const entries = await readdir(join(directory, folder.name), { withFileTypes: true }).catch(noneIfMissing)
    for (const { name } of entries) if (writtenBySnapshots.test(name)) files.push(`${folder.name}/${name}`)
  }
  return files
}

async function isNamed(snapshots: SnapshotStore, file: string): Promise<boolean> {
  const [dataset = '', name = ''] = file.split('/')
  return (await snapshots.find(dataset, parseInt(name)))?.file === file
}

/** Whether the file's pull is under way: a file looks old, however new it is, when the machine's clock was set forward. */
async function isInWork(pulls: Pick<PullStore, 'find'>, file: string): Promise<boolean> {
  const pullId = pullInName.exec(file)?.[1]
  const pull = pullId === undefined ? undefined : await pulls.find(pullId)
  return pull?.state === 'running' || pull?.state === 'cancelling'
}

async function modifiedAtMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    // Another process has just removed it, which is as good as new.
    noneIfMissing(error)
    return Infinity
  }
}

function noneIfMissing(error: unknown): [] {
  if (hasCode(error, 'ENOENT')) return []
  throw error
}
