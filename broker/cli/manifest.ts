import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { unzipSync } from 'fflate'
import type { Config } from '../config.ts'
import {
  findEntraApplication,
  iconDirectory,
  issueManifest,
  readIssued,
  type ManifestForm,
  type ManifestPlace,
} from '../deployed-manifest.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { checkManifest } from '../manifest/check-manifest.ts'
import { checkPackage, checkUnifiedManifest } from '../manifest/check-unified.ts'
import type { ManifestFinding } from '../manifest/finding.ts'
import { measureIcons } from '../manifest/icon-files.ts'
import type { IconSizeOf } from '../manifest/icon-rules.ts'
import type { IssuedManifest } from '../manifest/manifest-version.ts'
import { ManifestFile } from '../manifest-memory.ts'
import { dataPaths, withStores } from '../open.ts'
import type { ManifestStore } from '../store/stores.ts'
import type { CommandContext } from './context.ts'
import { unreadable } from './unreadable.ts'

interface ManifestOptions {
  readonly url?: string
  readonly entraClientId?: string
  readonly unified?: true
  readonly zip?: string
  readonly previous?: string
}

/** `manifest --url URL` prints the add-in's manifest for deployment; `manifest check FILE` looks one over, offline. */
export function addManifest(program: Command, context: CommandContext): void {
  const manifest = program
    .command('manifest')
    .description('print the Excel add-in’s manifest, under a version that rises with its content')
    .option('--url <url>', 'where users reach the broker; SHEETBROKER_PUBLIC_URL when left out')
    .option(
      '--entra-client-id <guid>',
      'the application that users sign in with to Entra ID; that of SHEETBROKER_SIGN_IN when left out',
    )
    .option('--unified', 'the unified manifest of Microsoft 365, as JSON')
    .option('--zip <file>', 'write the unified manifest’s package to this file')
    .option('--previous <file>', 'the manifest (or package) given out last, where no data directory remembers it')
    .action(async (options: ManifestOptions) => {
      const { config } = context.load()
      const place = readPlace(options, config)
      const form: ManifestForm = options.unified || options.zip !== undefined ? 'unified' : 'xml'
      const previous = options.previous === undefined ? undefined : readIssued(form, readFile(options.previous))
      const content = await issue(form, place, { config, previous })
      if (options.zip === undefined) context.print(textOf(form, content).trimEnd())
      else {
        writeFileSync(options.zip, content)
        context.print(`The package is in ${options.zip}.`)
      }
    })
  manifest
    .command('check')
    .description('look a manifest over, without asking anyone: XML, unified (JSON), or a package (zip)')
    .argument('<file>')
    .option(
      '--icons <folder>',
      'where the icons are, by the names in their addresses; this release’s own when left out',
    )
    .action((file: string, { icons }: { icons?: string }) => {
      const findings = check(readFile(file), measurerOf(icons))
      const errors = findings.filter(({ level }) => level === 'error')
      const lines = findings.map((finding) => describe(file, finding))
      if (errors.length > 0) throw new BrokerError('request-invalid', lines.join('\n'))
      for (const line of lines) context.print(line)
      context.print('The manifest is in order.')
    })
}

function readPlace({ url, entraClientId }: ManifestOptions, config: Config): ManifestPlace {
  const publicUrl = url ?? config.SHEETBROKER_PUBLIC_URL
  if (publicUrl === undefined || !URL.canParse(publicUrl)) {
    const what = publicUrl === undefined ? 'Say where users reach the broker' : `${publicUrl} is no whole address`
    const text = `${what}: --url https://sheetbroker.example.com`
    throw new BrokerError('request-invalid', text)
  }
  if (entraClientId === undefined) return { publicUrl, entra: findEntraApplication(config.SHEETBROKER_SIGN_IN) }
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(entraClientId))
    throw new BrokerError('request-invalid', 'The client id is a GUID, such as 11111111-2222-3333-4444-555555555555.')
  const resource = `api://${new URL(publicUrl).host}/${entraClientId}`
  return { publicUrl, entra: { clientId: entraClientId, resource, scope: 'access_as_user' } }
}

/** Remembered in the state database; before there is one, in a file beside its place, unless the caller remembers. */
async function issue(
  form: ManifestForm,
  place: ManifestPlace,
  { config, previous }: { readonly config: Config; readonly previous: IssuedManifest | undefined },
): Promise<Uint8Array> {
  const file = new ManifestFile(dataPaths(config).manifests)
  const others = [file.find(form), previous]
  if (existsSync(dataPaths(config).keys))
    return withStores(config, ({ manifests }) => issueManifest(form, place, { store: manifests, others }))
  return issueManifest(form, place, { store: previous === undefined ? file : forgetful, others })
}

const forgetful: ManifestStore = {
  change: (_form, judge) => Promise.resolve(judge(undefined)),
}

function textOf(form: ManifestForm, content: Uint8Array): string {
  const bytes = form === 'xml' ? content : (unzipSync(content)['manifest.json'] ?? Buffer.alloc(0))
  return Buffer.from(bytes).toString('utf8')
}

function check(content: Uint8Array, iconSizeOf: IconSizeOf): readonly ManifestFinding[] {
  const text = Buffer.from(content).toString('utf8')
  if (text.startsWith('PK')) return checkPackage(content)
  return /^\uFEFF?\s*\{/.test(text) ? checkUnifiedManifest(text) : checkManifest(text, iconSizeOf)
}

function describe(file: string, { line, column, level, at, message }: ManifestFinding): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file
  return [`${place}: ${level}: `, at === '' ? '' : `${at}: `, message].join('')
}

function measurerOf(icons: string | undefined): IconSizeOf {
  if (icons === undefined)
    return measureIcons(iconDirectory, (address) => new URL(address).pathname.startsWith('/addin/icons/'))
  if (!existsSync(icons)) throw new BrokerError('request-invalid', `There is no folder ${icons}.`)
  return measureIcons(icons)
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw unreadable('request-invalid', file, cause)
  }
}
