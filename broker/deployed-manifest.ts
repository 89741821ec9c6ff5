// The manifest of this release for a broker's address, in both forms, each under a version that rises with its content.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { functionNamespace, listUnifiedFunctions } from '../addin/functions/metadata.ts'
import packageFile from '../package.json' with { type: 'json' }
import { BrokerError } from './errors/broker-error.ts'
import type { Issuer } from './identity/sign-in/sign-in-settings.ts'
import { createManifest } from './manifest/manifest.ts'
import type { EntraApplication, FunctionSettings, ManifestSettings } from './manifest/manifest-settings.ts'
import {
  digestOf,
  fromUnifiedVersion,
  nextIssue,
  toManifestVersion,
  type IssuedManifest,
} from './manifest/manifest-version.ts'
import { createPackage } from './manifest/unified-manifest.ts'
import type { ManifestStore } from './store/stores.ts'

/** The icons that the manifest names and the package holds. */
export const iconDirectory = join(import.meta.dirname, '../addin/public/icons')

/** What Excel is told of the add-in's functions. The build writes both files. */
const functions: FunctionSettings = {
  namespace: functionNamespace,
  scriptPath: '/addin/functions.js',
  metadataPath: '/addin/functions.json',
  list: listUnifiedFunctions(),
}

/** No release has it, so no content is ever given out under it. */
const noVersion = '0.0.0.0'

export type ManifestForm = 'xml' | 'unified'

/** Which broker the manifest is for. */
export interface ManifestPlace {
  readonly publicUrl: string
  readonly entra: EntraApplication | undefined
}

/** The application that Office itself signs users in to; undefined where the settings want no such sign-in. */
export function findEntraApplication(issuers: readonly Issuer[]): EntraApplication | undefined {
  for (const { methods, clientId, applicationIdUri: resource, scope } of issuers)
    if (methods.has('office-token') && resource !== undefined && scope !== undefined)
      return { clientId, resource, scope }
  return undefined
}

/** What may know what was given out before. */
export interface ManifestMemory {
  readonly store: ManifestStore
  /** Others that know something. */
  readonly others: readonly (IssuedManifest | undefined)[]
}

/**
 * The manifest, and remembers that it was given out: the XML as text, or the unified form's package. A content that differs from what was
 * given out last has a higher version, the same content the same one.
 *
 * @throws {BrokerError} `request-invalid` when Office could not load an add-in from there
 */
export async function issueManifest(
  form: ManifestForm,
  place: ManifestPlace,
  { store, others }: ManifestMemory,
): Promise<Uint8Array> {
  const least = toManifestVersion(packageFile.version)
  const digest = digestManifest(form, createForm(form, place, noVersion))
  const issued = await store.change(form, (last) => nextIssue([last, ...others], digest, least))
  return createForm(form, place, issued.version)
}

function createForm(form: ManifestForm, place: ManifestPlace, version: string): Uint8Array {
  const settings: ManifestSettings = { ...place, version, name: 'Sheetbroker', functions }
  try {
    if (form === 'xml') return Buffer.from(createManifest(settings))
    const [color, outline] = ['color-192.png', 'outline-32.png'].map((name) => readFileSync(join(iconDirectory, name)))
    return createPackage(settings, { color: color ?? Buffer.alloc(0), outline: outline ?? Buffer.alloc(0) })
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new BrokerError(
      'request-invalid',
      'Office loads add-ins from an https address alone, such as https://sheetbroker.example.com: SHEETBROKER_PUBLIC_URL, or --url.',
      { cause },
    )
  }
}

/**
 * What a file that was given out before has in it, for {@link issueManifest} to go on from. Of the unified form only its package tells
 * everything.
 *
 * @throws {BrokerError} `request-invalid` when it is no such file
 */
export function readIssued(form: ManifestForm, content: Uint8Array): IssuedManifest {
  const version = form === 'xml' ? versionOfXml(content) : versionOfPackage(content)
  if (version === undefined)
    throw new BrokerError('request-invalid', 'The previous manifest is no manifest that Sheetbroker gave out.')
  return { version, digest: digestManifest(form, content) }
}

const xmlVersion = /<Version>(\d{1,5}(?:\.\d{1,5}){3})<\/Version>/
const jsonVersion = /^ {2}"version": "(\d{1,5}\.\d{1,5}\.\d{1,10})",$/m

function versionOfXml(content: Uint8Array): string | undefined {
  return xmlVersion.exec(textOf(content))?.[1]
}

function versionOfPackage(content: Uint8Array): string | undefined {
  const version = jsonVersion.exec(textOf(filesOf(content)['manifest.json'] ?? Buffer.alloc(0)))?.[1]
  return version === undefined ? undefined : fromUnifiedVersion(version)
}

/** The version is no part of the content, and neither is how a program that kept the file ends its lines. */
function digestManifest(form: ManifestForm, content: Uint8Array): string {
  if (form === 'xml') return digestOf(textOf(content).replace(xmlVersion, '').replaceAll('\r\n', '\n').trim())
  const files = Object.entries(filesOf(content)).map(([name, bytes]) => {
    const text =
      name === 'manifest.json' ? textOf(bytes).replace(jsonVersion, '') : Buffer.from(bytes).toString('base64')
    return `${name}\n${text}`
  })
  return digestOf(files.sort().join('\n'))
}

function filesOf(content: Uint8Array): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(content)
  } catch {
    return {}
  }
}

function textOf(content: Uint8Array): string {
  return Buffer.from(content).toString('utf8')
}
