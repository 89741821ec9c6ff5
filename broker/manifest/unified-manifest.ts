// The unified manifest of Microsoft 365, and the package that it is uploaded in.
import { zipSync, type Zippable } from 'fflate'
import { defaultTexts, translations, type ManifestTexts } from './manifest-texts.ts'
import {
  addinId,
  excelRequirement,
  readOrigin,
  runtimeRequirement,
  unifiedId,
  type ManifestSettings,
} from './manifest-settings.ts'
import { toUnifiedVersion } from './manifest-version.ts'

const schema = 'https://developer.microsoft.com/json-schemas/teams/v1.23/MicrosoftTeams.schema.json'
/** The schema has room for three. */
const iconSizes = [16, 32, 80] as const
/** A package with a date of its own would be another one each time. Zip knows no year before 1980. */
const packageDate = new Date(1980, 0, 1)

/** The pictures of a package, as PNG. */
export interface PackageIcons {
  /** 192 x 192, full. */
  readonly color: Uint8Array
  /** 32 x 32, white on nothing. */
  readonly outline: Uint8Array
}

/**
 * The unified manifest as JSON. It hides the add-in-only one where both are installed.
 *
 * @throws {TypeError} when the public URL is not https, or has a path
 */
export function createUnifiedManifest(settings: ManifestSettings): string {
  const origin = readOrigin(settings.publicUrl)
  const { name, entra } = settings
  const manifest = {
    $schema: schema,
    manifestVersion: '1.23',
    id: unifiedId,
    version: toUnifiedVersion(settings.version),
    name: { short: name, full: name },
    description: { short: defaultTexts.shortDescription, full: defaultTexts.description },
    developer: { name, websiteUrl: `${origin}/`, privacyUrl: `${origin}/`, termsOfUseUrl: `${origin}/` },
    localizationInfo: {
      defaultLanguageTag: 'en-us',
      additionalLanguages: Object.keys(translations).map((tag) => ({
        languageTag: tag.toLowerCase(),
        file: languageFile(tag),
      })),
    },
    icons: { color: 'color.png', outline: 'outline.png' },
    accentColor: '#0f6b66',
    validDomains: [new URL(origin).host],
    ...(entra && { webApplicationInfo: { id: entra.clientId, resource: entra.resource } }),
    authorization: { permissions: { resourceSpecific: [{ name: 'Document.ReadWrite.User', type: 'Delegated' }] } },
    extensions: [createExtension(settings, origin)],
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

interface Icon {
  readonly size: number
  readonly url: string
}

function createExtension({ name, functions }: ManifestSettings, origin: string): object {
  const icons = iconSizes.map((size) => ({ size, url: `${origin}/addin/icons/icon-${size}.png` }))
  return {
    requirements: {
      scopes: ['workbook'],
      capabilities: [{ name: excelRequirement.set, minVersion: excelRequirement.version }],
    },
    runtimes: [
      {
        requirements: { capabilities: [{ name: runtimeRequirement.set, minVersion: runtimeRequirement.version }] },
        id: 'Sheetbroker.Runtime',
        type: 'general',
        code: {
          page: `${origin}/addin/taskpane.html`,
          ...(functions && { script: `${origin}${functions.scriptPath}` }),
        },
        lifetime: 'long',
        actions: [
          { id: 'openPane', type: 'openPage', view: 'Sheetbroker.Pane', displayName: defaultTexts.open },
          { id: 'refreshAll', type: 'executeFunction', displayName: defaultTexts.refreshAll },
        ],
        ...(functions && {
          customFunctions: {
            namespace: { id: functions.namespace, name: functions.namespace },
            functions: functions.list,
            allowCustomDataForDataTypeAny: true,
          },
        }),
      },
    ],
    ribbons: [createRibbon(name, icons)],
    getStartedMessages: [
      { title: defaultTexts.startTitle, description: defaultTexts.start, learnMoreUrl: `${origin}/` },
    ],
    alternates: [{ hide: { customOfficeAddin: { officeAddinId: addinId } } }],
  }
}

/** Two buttons on the Home tab. */
function createRibbon(name: string, icons: readonly Icon[]): object {
  const button = (id: string, label: string, tip: string, actionId: string) => ({
    ...{ id, type: 'button', label, icons, supertip: { title: label, description: tip }, actionId },
  })
  return {
    requirements: { capabilities: [{ name: 'AddinCommands', minVersion: '1.1' }] },
    contexts: ['default'],
    tabs: [
      {
        builtInTabId: 'TabHome',
        groups: [
          {
            id: 'Sheetbroker.Group',
            label: name,
            icons,
            controls: [
              button('Sheetbroker.Open', defaultTexts.open, defaultTexts.openTip, 'openPane'),
              button('Sheetbroker.Refresh', defaultTexts.refreshAll, defaultTexts.refreshTip, 'refreshAll'),
            ],
          },
        ],
      },
    ],
  }
}

/**
 * The package to upload, a zip file: the manifest, its icons, and a file for each language. The same settings make the same bytes.
 *
 * @throws {TypeError} as {@link createUnifiedManifest}
 */
export function createPackage(settings: ManifestSettings, icons: PackageIcons): Uint8Array {
  const files: Zippable = {
    'manifest.json': toBytes(createUnifiedManifest(settings)),
    'color.png': icons.color,
    'outline.png': icons.outline,
  }
  for (const [tag, texts] of Object.entries(translations)) {
    files[languageFile(tag)] = toBytes(`${JSON.stringify(localize(settings.name, texts), undefined, 2)}\n`)
  }
  return zipSync(files, { level: 9, mtime: packageDate })
}

function localize(name: string, texts: ManifestTexts): object {
  const control = 'extensions[0].ribbons[0].tabs[0].groups[0].controls'
  const action = 'extensions[0].runtimes[0].actions'
  return {
    $schema: schema.replace('Teams.schema', 'Teams.Localization.schema'),
    'name.short': name,
    'name.full': name,
    'description.short': texts.shortDescription,
    'description.full': texts.description,
    [`${action}[0].displayName`]: texts.open,
    [`${action}[1].displayName`]: texts.refreshAll,
    [`${control}[0].label`]: texts.open,
    [`${control}[0].supertip.title`]: texts.open,
    [`${control}[0].supertip.description`]: texts.openTip,
    [`${control}[1].label`]: texts.refreshAll,
    [`${control}[1].supertip.title`]: texts.refreshAll,
    [`${control}[1].supertip.description`]: texts.refreshTip,
    'extensions[0].getStartedMessages[0].title': texts.startTitle,
    'extensions[0].getStartedMessages[0].description': texts.start,
  }
}

function languageFile(tag: string): string {
  return `${tag.toLowerCase()}.json`
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
