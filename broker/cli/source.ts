import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import { readSecret } from './secret.ts'
import { unreadable } from './unreadable.ts'

/** `source try FILE`: completes a definition file from a sample of what the source answers. */
export function addSource(program: Command, context: CommandContext): void {
  program
    .command('source')
    .description('look at a source before it is applied')
    .command('try')
    .description('read a sample and print the definition file with paging, records, key and columns')
    .argument('<file>', 'a definition file with a source, and a dataset that has a request.path at least')
    .option('--dataset <name>', 'which dataset, where the file has several; the name of a new one with --path')
    .option('--path <path>', 'the path of a list, for a file without the dataset')
    .action(async (file: string, { dataset, path }: { dataset?: string; path?: string }) => {
      const { config } = context.load()
      const text = readText(file)
      // Loaded here alone: no other command brings the code that talks to sources into its process.
      const { runTry } = await import('../source-setup.ts')
      const completed = await runTry(config, {
        ...{ text, dataset, path },
        askForSecret: (source, { auth }) => readSecret(source, auth),
        // Beside the file, which goes to standard output and from there into another file.
        tell: (line) => process.stderr.write(`${line}\n`),
      })
      context.print(completed.trimEnd())
    })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable('definition-invalid', file, cause)
  }
}
