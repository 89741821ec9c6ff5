import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { createDeployedManifest } from '../deployed-manifest.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { checkManifest } from '../manifest/check-manifest.ts'
import type { CommandContext } from './context.ts'

/** `manifest --url URL` prints the add-in's manifest for deployment; `manifest check FILE` looks one over, offline. */
export function addManifest(program: Command, context: CommandContext): void {
  const manifest = program
    .command('manifest')
    .description('print the Excel add-in’s manifest')
    .option('--url <url>', 'where users reach the broker; SHEETBROKER_PUBLIC_URL when left out')
    .action(({ url }: { url?: string }) => {
      const publicUrl = url ?? context.load().config.SHEETBROKER_PUBLIC_URL
      if (publicUrl === undefined || !URL.canParse(publicUrl))
        throw new BrokerError(
          'request-invalid',
          'Say where users reach the broker: --url https://sheetbroker.example.com',
        )
      context.print(createDeployedManifest(publicUrl).trimEnd())
    })
  manifest
    .command('check')
    .description('look a manifest over, without asking anyone')
    .argument('<file>')
    .action((file: string) => {
      const findings = checkManifest(readManifest(file))
      const lines = findings.map(({ at, message }) => `${at}  ${message}`)
      if (lines.length > 0) throw new BrokerError('request-invalid', lines.join('\n'))
      context.print('The manifest is in order.')
    })
}

function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new BrokerError('request-invalid', `The file ${file} cannot be read.`, { cause })
  }
}
