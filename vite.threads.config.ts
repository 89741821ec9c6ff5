// Builds the programs that run on threads: each with all it needs, in JavaScript that loads without WebAssembly.
import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { builtThreads, digestFiles, threadPrograms, type BuiltFrom } from './broker/kernel/thread-program.ts'

const project = realpathSync(import.meta.dirname)

/** Adds sources.json, by which the broker tells whether the programs are those of its sources. */
function sourceList(): Plugin {
  return {
    name: 'source-list',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk')
      const files = [...new Set(chunks.flatMap(({ moduleIds }) => moduleIds))]
        .filter((id) => id.startsWith(project))
        .map((id) => relative(project, id).replaceAll('\\', '/'))
        .sort()
      for (const program of Object.values(threadPrograms))
        if (!files.includes(program)) this.error(`The build does not know that it holds ${program}.`)
      const source = JSON.stringify({ files, digest: digestFiles(project, files) } satisfies BuiltFrom)
      this.emitFile({ type: 'asset', fileName: 'sources.json', source })
    },
  }
}

export default defineConfig({
  plugins: [sourceList()],
  ssr: { noExternal: true, external: ['better-sqlite3-multiple-ciphers'] },
  build: {
    ssr: true,
    outDir: builtThreads,
    target: 'node24',
    minify: false,
    rolldownOptions: { input: threadPrograms, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
  },
})
