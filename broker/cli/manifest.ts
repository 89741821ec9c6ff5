import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createDeployedManifest } from '../deployed-manifest.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { checkManifest } from '../manifest/check-manifest.ts'
import type { ManifestFinding } from '../manifest/finding.ts'
import { measureIcons } from '../manifest/icon-files.ts'
import type { IconSizeOf } from '../manifest/icon-rules.ts'
import type { CommandContext } from './context.ts'

const ownIcons = join(import.meta.dirname, '../../addin/public/icons')

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
    .option(
      '--icons <folder>',
      'where the icons are, by the names in their addresses; this release’s own when left out',
    )
    .action((file: string, { icons }: { icons?: string }) => {
      const findings = checkManifest(readManifest(file), measurerOf(icons))
      const errors = findings.filter(({ level }) => level === 'error')
      const lines = findings.map((finding) => describe(file, finding))
      if (errors.length > 0) throw new BrokerError('request-invalid', lines.join('\n'))
      for (const line of lines) context.print(line)
      context.print('The manifest is in order.')
    })
}

function describe(file: string, { line, column, level, at, message }: ManifestFinding): string {
  return [`${file}:${line}:${column}: ${level}: `, at === '' ? '' : `${at}: `, message].join('')
}

function measurerOf(icons: string | undefined): IconSizeOf {
  if (icons === undefined)
    return measureIcons(ownIcons, (address) => new URL(address).pathname.startsWith('/addin/icons/'))
  if (!existsSync(icons)) throw new BrokerError('request-invalid', `There is no folder ${icons}.`)
  return measureIcons(icons)
}

function readManifest(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new BrokerError('request-invalid', `The file ${file} cannot be read.`, { cause })
  }
}
