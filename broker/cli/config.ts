import type { Command } from 'commander'
import { describeSettings, showValue } from '../config.ts'
import type { CommandContext } from './context.ts'

/** `config`: every setting with its value and where that comes from. */
export function addConfig(program: Command, context: CommandContext): void {
  program
    .command('config')
    .description('print every setting, its value and its origin')
    .action(() => {
      const { config, origins } = context.load()
      const values = new Map(Object.entries(config))
      for (const { name } of describeSettings())
        context.print(`${name} = ${showValue(values.get(name)) || '(unset)'}  [${origins[name] ?? 'default'}]`)
    })
}
