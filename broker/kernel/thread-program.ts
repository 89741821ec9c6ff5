import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The programs that run on threads, by name, from the project's folder. */
export const threadPrograms = {
  'page-worker': 'broker/feed/page-worker.ts',
  'table-worker': 'broker/snapshot/table-worker.ts',
} as const

/** Where the build puts them, from the project's folder. */
export const builtThreads = 'dist/threads'

/** What the built programs were made from; a file beside them. */
export interface BuiltFrom {
  /** From the project's folder. */
  readonly files: readonly string[]
  /** As `digestFiles` makes it. */
  readonly digest: string
}

const project = join(import.meta.dirname, '../..')
let isBuilt: boolean | undefined

/**
 * The program to start a thread with: as it was built, where that was done from these very sources, and else its source, which does the
 * same. A built one starts in a fifth of the time. It also spares the process a defect of V8, which may end it when threads come and go
 * that run WebAssembly, as Node.js does to read TypeScript (https://github.com/nodejs/node/issues/64500).
 */
export function threadProgram(name: keyof typeof threadPrograms): URL {
  isBuilt ??= isBuiltFromSources(project)
  return pathToFileURL(join(project, isBuilt ? `${builtThreads}/${name}.cjs` : threadPrograms[name]))
}

/** Whether the programs in a project's folder were built from the sources that are there now. */
export function isBuiltFromSources(folder: string): boolean {
  try {
    const { files, digest } = JSON.parse(readFileSync(join(folder, builtThreads, 'sources.json'), 'utf8')) as BuiltFrom
    return digestFiles(folder, files) === digest
  } catch {
    return false // Not built, or a source is gone.
  }
}

/** One digest of files' names and contents. Throws when one cannot be read. */
export function digestFiles(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = readFileSync(join(folder, file))
    hash.update(`${file}\n${bytes.length}\n`).update(bytes)
  }
  return hash.digest('base64url')
}
