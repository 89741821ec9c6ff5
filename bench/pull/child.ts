import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A process of this repository that says one line when it is ready, or done. */
export interface Child {
  readonly process: ChildProcess
  readonly line: string
}

/** Starts a program; resolves with the first line that it prints. */
export async function startChild(program: string, options: readonly string[]): Promise<Child> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) return { process: child, line }
  throw new Error(`${program} ended without a word.`)
}

/** Ends a process and waits until it has. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** The most memory that a process has had resident since it started, or since `forgetPeak`, in MiB; undefined where the system does not say (it is not Linux). */
export function peakMiB(child: ChildProcess): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]
    return kib === undefined ? undefined : Number(kib) / 1024
  } catch {
    return undefined // No /proc here.
  }
}

/** Lets the process's peak begin anew; whether that could be done. */
export function forgetPeak(child: ChildProcess): boolean {
  try {
    writeFileSync(`/proc/${String(child.pid)}/clear_refs`, '5')
    return true
  } catch {
    return false // No /proc here, or one that is not to be written.
  }
}
