/** What a manifest is made of. The same settings always make the same text. */
export interface ManifestSettings {
  /** Scheme and host of the broker, https. */
  readonly publicUrl: string
  /** Four numbers, such as 0.1.0.0. */
  readonly version: string
  /** What the add-in is called in Office. */
  readonly name: string
  /** The application that users sign in with to Entra ID; undefined where they sign in otherwise. */
  readonly entra: EntraApplication | undefined
  /** What Excel is told of the add-in's functions; undefined where it has none. */
  readonly functions: FunctionSettings | undefined
}

export interface EntraApplication {
  readonly clientId: string
  /** The Application ID URI. Office's own sign-in wants api://, the broker's host, and the client id. */
  readonly resource: string
  /** The scope that the broker asks of tokens. */
  readonly scope: string
}

export interface FunctionSettings {
  /** What comes before the names in formulas. */
  readonly namespace: string
  /** Where on the broker the code of the functions is, and what describes them. */
  readonly scriptPath: string
  readonly metadataPath: string
  /** The functions as `functions.json` describes them. */
  readonly list: readonly unknown[]
}

/** The id that every deployment has: the same add-in, whatever host serves it, so that Office updates instead of adding. */
export const addinId = '6b1d7a52-3c1e-4f0b-9a57-2f8c5d0e4b93'

/** The unified manifest's own id: with it Office can tell the two apart, and hide the older one. */
export const unifiedId = 'd2a4c6b8-5e0f-4c7a-8b19-6f3d1e9a7c52'

/** The youngest call of the add-in is `Table.resize`. */
export const excelRequirement = { set: 'ExcelApi', version: '1.13' } as const
/** What the ribbon, the functions and refreshing with a closed pane need. Without it Office still shows the pane. */
export const runtimeRequirement = { set: 'SharedRuntime', version: '1.1' } as const

/** Longer ones are no AppDomain. */
const longestOrigin = 250
/** URLs may have hosts that no name server knows, with quotes and ampersands. */
const host = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/

/**
 * Scheme and host of the broker.
 *
 * @throws {TypeError} when the URL is not https, has a path, or its host is no name or number
 */
export function readOrigin(publicUrl: string): string {
  const { origin, protocol, href, hostname } = new URL(publicUrl)
  if (protocol !== 'https:') throw new TypeError('Office loads add-ins over https only.')
  if (href !== `${origin}/`) throw new TypeError('The public URL is scheme and host, without a path.')
  if (!host.test(hostname) || origin.length > longestOrigin)
    throw new TypeError('The host is no name that Office takes.')
  return origin
}
