import type { Command } from 'commander'
import type { CommandContext } from './context.ts'

/** `doctor [SOURCE]`: says what is wrong with a source, from its name in the DNS to the types of its columns. */
export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('say what is wrong with a source, and what to do; exit code 1 when something is')
    .argument('[source]', 'all sources when absent')
    .action(async (source: string | undefined) => {
      const { config } = context.load()
      // Loaded here alone: no other command brings the code that talks to sources into its process.
      const { runDoctor } = await import('../source-setup.ts')
      const diagnoses = await runDoctor(config, source)
      if (diagnoses.length === 0) context.print('There is no source yet: npx sheetbroker apply FILE.')
      for (const { text } of diagnoses) context.print(text)
      if (diagnoses.some(({ isHealthy }) => !isHealthy)) process.exitCode = 1
    })
}
