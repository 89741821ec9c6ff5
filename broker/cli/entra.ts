import type { Command } from 'commander'
import { BrokerError } from '../errors/broker-error.ts'
import { createEntraScript } from '../manifest/entra-script.ts'
import type { CommandContext } from './context.ts'

/** `entra script` prints the commands that register the broker with Microsoft Entra ID. */
export function addEntra(program: Command, context: CommandContext): void {
  program
    .command('entra')
    .description('sign-in with Microsoft Entra ID')
    .command('script')
    .description('print a bash script for the Azure CLI that registers this broker; running it again is safe')
    .option('--url <url>', 'where users reach the broker; SHEETBROKER_PUBLIC_URL when left out')
    .option('--name <name>', 'what the application is called in the directory', 'Sheetbroker')
    .option('--groups', 'have tokens say which security groups a user is in')
    .action(({ url, name, groups }: { url?: string; name: string; groups?: true }) => {
      const publicUrl = url ?? context.load().config.SHEETBROKER_PUBLIC_URL ?? ''
      if (!/^[\p{L}\p{N} ._()-]{1,120}$/u.test(name))
        throw new BrokerError('request-invalid', 'A name has 1 to 120 letters, digits, spaces and . _ ( ) -.')
      try {
        context.print(createEntraScript({ publicUrl, name, withGroups: groups === true }).trimEnd())
      } catch (cause) {
        if (!(cause instanceof TypeError)) throw cause
        const text = 'Say where users reach the broker, https and a host: --url https://sheetbroker.example.com'
        throw new BrokerError('request-invalid', text, { cause })
      }
    })
}
