// Sees to it that threads run the sources as they are now, in a run of some tests alone, too.
import { join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { isBuiltFromSources } from '../broker/kernel/thread-program.ts'

const root = join(import.meta.dirname, '..')

export async function setup(project: TestProject): Promise<void> {
  await buildThreads()
  project.onTestsRerun(buildThreads)
}

async function buildThreads(): Promise<void> {
  if (isBuiltFromSources(root)) return
  await build({ root, configFile: join(root, 'vite.threads.config.ts'), logLevel: 'warn' })
}
