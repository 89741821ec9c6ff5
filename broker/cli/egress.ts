import type { Command } from 'commander'
import type { CommandContext } from './context.ts'

/** `egress`: runs the egress process as a service of its own, under its own user. */
export function addEgress(program: Command, context: CommandContext): void {
  program
    .command('egress')
    .description('run the egress process as a service of its own')
    .action(async () => {
      const { config } = context.load()
      // Loaded here alone: no other command brings the code that talks to sources into its process.
      const { runEgress } = await import('../egress.ts')
      await runEgress(config)
    })
}
