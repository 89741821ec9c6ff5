import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { BrokerError } from '../errors/broker-error.ts'
import { checkManifest } from '../manifest/check-manifest.ts'
import { createManifest } from '../manifest/manifest.ts'
import type { CommandContext } from './context.ts'

/** `manifest --url URL` prints the add-in's manifest for deployment; `manifest check FILE` looks one over, offline. */
export function addManifest(program: Command, context: CommandContext): void {
  const manifest = program
    .command('manifest')
    .description('print the Excel add-in’s manifest')
    .requiredOption('--url <url>', 'where users reach the broker, such as https://sheetbroker.example.com')
}
