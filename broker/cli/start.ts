import type { Command } from 'commander'
import { startWeb } from '../app.ts'
import { createLog } from '../kernel/log.ts'
import type { CommandContext } from './context.ts'

/** `start`: serves users until SIGTERM or SIGINT, with egress as a child unless the settings say otherwise. */
export function addStart(program: Command, context: CommandContext): void {
  program
    .command('start')
    .description('serve users')
    .action(async () => {
      const { config } = context.load()
      // Without a listener Node would open its inspector, to anyone on the machine, on this signal.
      process.on('SIGUSR1', () => undefined)
      const web = await startWeb(config, process.env, createLog(config.SHEETBROKER_LOG_LEVEL, 'web'))
      context.print(`Listening on ${web.listensOn}`)
      if (web.publicUrl !== web.listensOn) context.print(`Users reach it at ${web.publicUrl}`)
      if (!web.hasAddin) context.print('Excel finds no add-in here until it is built: npm run build, then start again.')
      const asked = new Promise<void>((resolve) => {
        process.once('SIGTERM', () => resolve())
        process.once('SIGINT', () => resolve())
      })
      try {
        await Promise.race([asked, web.egressUnable])
      } finally {
        await web.stop()
      }
      process.exit(0)
    })
}
