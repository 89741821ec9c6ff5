// Every setting of the broker, one row each. Read once at the start, frozen, and passed down.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { BrokerError, type ProblemDetail } from './errors/broker-error.ts'
import { readSignInFile } from './identity/sign-in/read-sign-in-file.ts'
import type { Issuer } from './identity/sign-in/sign-in-settings.ts'
import { isAddressRange } from './kernel/address-ranges.ts'
import { Secret } from './kernel/secret.ts'

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'Write a whole number.')
  .transform(Number)
const between = (least: number, most: number) =>
  wholeNumber.refine((value) => value >= least && value <= most, `Write a whole number from ${least} to ${most}.`)
const path = z
  .string()
  .min(1)
  .transform((text) => resolve(text))
const origin = z
  .url({ protocol: /^https?$/, error: 'Write a whole URL, such as https://sheetbroker.example.com.', abort: true })
  .refine((text) => new URL(text).href === `${new URL(text).origin}/`, 'Write scheme and host only, without a path.')
  .transform((text) => new URL(text).origin)
const days = between(1, 3_650)
const issuers = z
  .string()
  .default('issuers: {}')
  .transform((text, context): readonly Issuer[] => {
    try {
      return readSignInFile(text)
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error
      const details = error.details.map(({ at, message }) => (at === '' ? message : `${at}: ${message}`))
      context.addIssue({ code: 'custom', message: details.join(' ') })
      return z.NEVER
    }
  })

const settings = {
  SHEETBROKER_DATA_DIR: path.default(() => resolve('.data')).describe('Keys, the state file and snapshots.'),
  SHEETBROKER_DATABASE_URL: z
    .url({ protocol: /^postgres(?:ql)?$/, error: 'Write a PostgreSQL URL: postgres://user:password@host/database.' })
    .transform((text) => new Secret(text))
    .optional()
    .describe('PostgreSQL for the state, for several instances; an encrypted SQLite file when unset.'),
  SHEETBROKER_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  SHEETBROKER_PORT: between(0, 65_535).default(8_080).describe('Port to listen on; 0 takes a free one.'),
  SHEETBROKER_PUBLIC_URL: origin
    .optional()
    .describe('The URL that clients use, scheme and host; http://localhost:<port> when unset.'),
  SHEETBROKER_TLS_CERT: path.optional().describe('PEM file of the certificate chain; TLS ends elsewhere when unset.'),
  SHEETBROKER_TLS_KEY: path.optional().describe('PEM file of the certificate’s key.'),
  SHEETBROKER_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''))
    .refine(
      (items) => items.every((item) => /^[0-9a-fA-F.:]+(?:\/\d{1,3})?$/.test(item)),
      'List addresses or CIDR ranges.',
    )
    .describe('Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas.'),
  SHEETBROKER_ALLOW_ADDRESSES: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''))
    .refine((items) => items.every(isAddressRange), 'List addresses or CIDR ranges.')
    .describe(
      'Addresses (CIDR ranges) that sources may have although they are private, separated by commas; docs/SOURCES.md says more.',
    ),
  SHEETBROKER_EGRESS: z
    .enum(['child', 'none'])
    .default('child')
    .describe(
      'child: start runs egress as its child process; none: run `npx sheetbroker egress` as a service of its own.',
    ),
  SHEETBROKER_LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'silent'])
    .default('info')
    .describe('Least urgent event logged.'),
  SHEETBROKER_OFFICE_JS_URL: z
    .string()
    .default('https://appsforoffice.microsoft.com/lib/1/hosted/office.js')
    .refine(
      (text) => /^(?:https:\/\/[^\s"'<>;,]+|\/[^\s"'<>;,]*)$/.test(text),
      'Write an https URL, or a path on this host.',
    )
    .describe('Where the add-in loads office.js from.'),
  SHEETBROKER_OFFICE_JS_DIR: path
    .refine((folder) => existsSync(join(folder, 'office.js')), 'The folder must be there, with office.js in it.')
    .optional()
    .describe('A copy of office.js to serve from here instead; docs/DEPLOYMENT.md says how to get one.'),
  SHEETBROKER_FRAME_ANCESTORS: z
    .string()
    .default(
      'https://*.officeapps.live.com https://*.office.com https://*.office365.com https://*.cloud.microsoft https://*.sharepoint.com',
    )
    .transform((text) => text.split(/\s+/).filter((item) => item !== ''))
    .refine(
      (items) => items.every((item) => /^https:\/\/[^\s;,'"]+$/.test(item)),
      'List https origins, separated by spaces.',
    )
    .describe('Origins that may show the add-in in a frame, besides its own.'),
  SHEETBROKER_INVITATION_DAYS: days.default(7).describe('How long an invitation can be used.'),
  SHEETBROKER_SESSION_IDLE_DAYS: days.default(30).describe('A session ends after so many days without use.'),
  SHEETBROKER_SESSION_DAYS: days.default(180).describe('A session ends so many days after it started.'),
  SHEETBROKER_SESSIONS_PER_USER: between(1, 1_000).default(10).describe('Above it the least recently used one ends.'),
  SHEETBROKER_REQUESTS_PER_MINUTE: between(1, 1_000_000).default(600).describe('API requests that a session may send.'),
  SHEETBROKER_SIGN_INS_PER_MINUTE: between(1, 1_000_000).default(20).describe('Sign-in attempts per address.'),
  SHEETBROKER_SIGN_IN: issuers.describe(
    'The identity providers that users can sign in with, as YAML or JSON; most will set SHEETBROKER_SIGN_IN_FILE. docs/SIGN-IN.md has all of it.',
  ),
  SHEETBROKER_SNAPSHOT_KEEP_MINUTES: between(1, 525_600)
    .default(60)
    .describe('How long a superseded snapshot stays readable by those who are in the middle of it.'),
  SHEETBROKER_PAGE_WORKERS: between(1, 64).default(2).describe('Threads that read and encode pages.'),
  SHEETBROKER_PULLS_AT_ONCE: between(1, 64).default(4).describe('Pulls that one egress process runs side by side.'),
} as const

type Settings = typeof settings
type SettingName = keyof Settings

/** Every setting's value, by its name. */
export type Config = Readonly<{ [Name in SettingName]: z.infer<Settings[Name]> }>

/** Where a setting's value comes from. */
export type SettingOrigin = 'default' | 'environment' | 'file' | 'command line'

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Readonly<Record<string, SettingOrigin>>
}

/** Name, description and default of every setting, for docs/CONFIGURATION.md and `sheetbroker config`. */
export function describeSettings(): { name: string; description: string; fallback: string }[] {
  return Object.entries(settings).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    fallback: name === 'SHEETBROKER_DATA_DIR' ? './.data' : showValue(schema.safeParse(undefined).data),
  }))
}

/** A setting's value as people write it; `[secret]` for secrets. */
export function showValue(value: string | number | readonly (string | Issuer)[] | Secret | undefined): string {
  if (value === undefined) return ''
  if (value instanceof Secret) return value.toString()
  if (typeof value !== 'object') return value.toString()
  return value.map((item) => (typeof item === 'string' ? item : item.name)).join(' ')
}

/**
 * Reads every setting from `overrides` (the command line), `<NAME>`, or the file that `<NAME>_FILE` names, in this order.
 *
 * @throws {BrokerError} `config-invalid` with every mistake at once, none repeating a value
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Record<string, string | undefined>> = {},
): LoadedConfig {
  const details: ProblemDetail[] = []
  const origins: Record<string, SettingOrigin> = {}
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(settings)) {
    const found = findText(name, { environment, overrides, details })
    origins[name] = found.origin
    const parsed = schema.safeParse(found.text)
    if (parsed.success) values[name] = parsed.data
    else for (const issue of parsed.error.issues) details.push({ at: name, message: issue.message })
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('SHEETBROKER_') && !Object.hasOwn(settings, name.replace(/_FILE$/, '')))
      details.push({ at: name, message: 'There is no such setting; docs/CONFIGURATION.md has all of them.' })
  }
  if ((values['SHEETBROKER_TLS_CERT'] === undefined) !== (values['SHEETBROKER_TLS_KEY'] === undefined))
    details.push({ at: 'SHEETBROKER_TLS_CERT', message: 'Set SHEETBROKER_TLS_CERT and SHEETBROKER_TLS_KEY together.' })
  if (values['SHEETBROKER_OFFICE_JS_DIR'] !== undefined && origins['SHEETBROKER_OFFICE_JS_URL'] !== 'default')
    details.push({
      at: 'SHEETBROKER_OFFICE_JS_DIR',
      message: 'Set SHEETBROKER_OFFICE_JS_DIR or SHEETBROKER_OFFICE_JS_URL, not both.',
    })
  if (details.length > 0) {
    const lines = details.map((detail) => `${detail.at}: ${detail.message}`)
    throw new BrokerError('config-invalid', lines.join('\n'), { details })
  }
  // Every value came out of its own schema above.
  return { config: Object.freeze(values) as Config, origins }
}

function findText(
  name: string,
  from: {
    environment: Readonly<Record<string, string | undefined>>
    overrides: Readonly<Record<string, string | undefined>>
    details: ProblemDetail[]
  },
): { text: string | undefined; origin: SettingOrigin } {
  const override = from.overrides[name]
  if (override !== undefined) return { text: override, origin: 'command line' }
  const direct = from.environment[name]
  const file = from.environment[`${name}_FILE`]
  if (direct !== undefined && file !== undefined)
    from.details.push({ at: name, message: `Set ${name} or ${name}_FILE, not both.` })
  if (direct !== undefined) return { text: direct, origin: 'environment' }
  if (file === undefined) return { text: undefined, origin: 'default' }
  try {
    return { text: readFileSync(file, 'utf8').trim(), origin: 'file' }
  } catch {
    // The cause would repeat the path, which may be what was pasted wrongly.
    from.details.push({ at: `${name}_FILE`, message: 'The file that it names cannot be read.' })
    return { text: undefined, origin: 'file' }
  }
}
