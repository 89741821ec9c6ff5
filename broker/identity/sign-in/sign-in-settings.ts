// The shape of the sign-in settings: which identity providers vouch for users, and who gets an account by signing in. For people:
// docs/SIGN-IN.md.
import * as z from 'zod'
import { upstreamUrl } from '../../network/upstream-url.ts'

/** Signing in to Entra ID through Office itself gives tokens that Office's own applications asked for. */
const officeClients = [
  'd3590ed6-52b3-4102-aeff-aad2292ab01c',
  '93d53678-613d-4013-afc1-62e9e444a0a5',
  'ea5a67f6-b6f3-4338-b240-c655ddc3cc8e',
]

const text = z.string().min(1).max(300)
const guid = z
  .string()
  .regex(
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'Write a GUID, such as 11111111-2222-3333-4444-555555555555.',
  )
  .transform((value) => value.toLowerCase())
const domain = z
  .string()
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i, 'Write a domain, such as example.com.')
  .transform((value) => value.toLowerCase())
const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'Write one scope, without spaces.')
const seconds = (least: number, most: number) => z.number().int().min(least).max(most)

const accountRule = z
  .strictObject({
    tenants: z.array(guid).min(1).optional(),
    groups: z.array(text).min(1).optional(),
    emailDomains: z.array(domain).min(1).optional(),
  })
  .refine(
    (rule) => Object.values(rule).some((condition) => condition !== undefined),
    'Name tenants, groups or emailDomains; to let everybody in, write `accounts: everyone`.',
  )

/** What both kinds of provider have. */
const shared = {
  /** On the button: `Sign in with <label>`. */
  label: z.string().trim().min(1).max(40),
  /** The applications whose access tokens are taken: `azp`, `appid` or `client_id`. */
  clients: z.array(text).min(1).optional(),
  /** Whether an ID token is taken where an access token is expected. */
  idTokens: z.boolean().default(false),
  accounts: z.union([z.enum(['invitation-only', 'everyone']), z.array(accountRule).min(1)]).default('invitation-only'),
  groupsClaim: text.default('groups'),
  /** The longest life that a token may have been given. */
  longestTokenSeconds: seconds(60, 172_800).default(86_400),
  clockToleranceSeconds: seconds(0, 300).default(30),
  /** PEM. Certificates that vouch for the provider besides the usual ones. */
  certificateAuthority: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'Write a certificate in PEM.').optional(),
}

const entra = z.strictObject({
  type: z.literal('entra'),
  ...shared,
  label: shared.label.default('Microsoft'),
  /** Of a national cloud, where it is another. */
  authority: upstreamUrl
    .refine((value) => new URL(value).href === `${new URL(value).origin}/`, 'Write scheme and host only.')
    .transform((value) => new URL(value).origin)
    .default('https://login.microsoftonline.com'),
  tenants: z.array(guid).min(1).max(1_000),
  clientId: guid,
  applicationIdUri: z
    .string()
    .regex(/^api:\/\/\S+$/, 'Write the Application ID URI, api://….')
    .optional(),
  audiences: z.array(text).min(1).optional(),
  scope: scopeName.default('access_as_user'),
  /** Takes tokens of the first version as well, which `sts.windows.net` issues. */
  version1: z.boolean().default(false),
  methods: z.array(z.enum(['nested-app', 'office-token', 'dialog'])).default(['nested-app', 'office-token', 'dialog']),
})

const openid = z.strictObject({
  type: z.literal('openid'),
  ...shared,
  issuer: upstreamUrl.refine((value) => new URL(value).search === '', 'Leave the query out.'),
  clientId: text,
  audiences: z.array(text).min(1).optional(),
  scope: scopeName.optional(),
  /** Asked for in the dialog. */
  dialogScopes: z.array(scopeName).min(1).default(['openid', 'profile', 'email']),
  methods: z.array(z.enum(['dialog'])).default(['dialog']),
})

const issuerName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'Use 1 to 31 lower-case letters, digits and hyphens, starting with a letter.')
const issuerSettings = z.discriminatedUnion('type', [entra, openid])

/** The whole file. */
export const signInFile = z.strictObject({ issuers: z.record(issuerName, issuerSettings) })

type IssuerSettings = z.infer<typeof issuerSettings>
export type AccountRule = z.infer<typeof accountRule>

/** An identity provider, with everything decided that its kind decides. */
export interface Issuer {
  readonly name: string
  readonly label: string
  readonly kind: IssuerSettings['type']
  /** The name that identities are kept under: whatever the file calls it, and whichever version a token has. */
  readonly id: string
  /** Where its description is, and what that calls the issuer; `{tenantid}` stands for any tenant. */
  readonly discoveryUrl: string
  readonly describedAs: string
  /** What tokens may call the issuer; `{tenantid}` stands for the token's own tenant. */
  readonly issuerForms: readonly string[]
  /** Entra ID: the tenants that are let in. */
  readonly tenants: ReadonlySet<string>
  readonly clientId: string
  /** Entra ID: of the API that the add-in asks for. */
  readonly applicationIdUri: string | undefined
  readonly audiences: ReadonlySet<string>
  readonly clients: ReadonlySet<string>
  /** Access tokens must have it; undefined where none is asked for. */
  readonly scope: string | undefined
  readonly takesIdTokens: boolean
  readonly accounts: 'invitation-only' | 'everyone' | readonly AccountRule[]
  readonly groupsClaim: string
  readonly longestTokenSeconds: number
  readonly clockToleranceSeconds: number
  readonly certificateAuthority: string | undefined
  readonly methods: ReadonlySet<'nested-app' | 'office-token' | 'dialog'>
  /** Asked for by the pane's own sign-in, and in the dialog. */
  readonly nestedScopes: readonly string[]
  readonly dialogScopes: readonly string[]
  /** Entra ID: what the pane's own sign-in takes as its authority. */
  readonly authority: string
}

/** The providers of a checked file, in its order. */
export function listIssuers(file: z.infer<typeof signInFile>): readonly Issuer[] {
  return Object.entries(file.issuers).map(([name, settings]) =>
    settings.type === 'entra' ? fromEntra(name, settings) : fromOpenId(name, settings),
  )
}

function fromEntra(name: string, settings: z.infer<typeof entra>): Issuer {
  const { authority, tenants, clientId, methods } = settings
  const [only = ''] = tenants
  const directory = tenants.length === 1 ? only : 'organizations'
  const uri = settings.applicationIdUri ?? `api://${clientId}`
  const ownClients = methods.includes('office-token') ? [clientId, ...officeClients] : [clientId]
  return {
    ...commonOf(name, settings),
    kind: 'entra',
    id: authority,
    discoveryUrl: `${authority}/${directory}/v2.0/.well-known/openid-configuration`,
    describedAs: `${authority}/${tenants.length === 1 ? only : '{tenantid}'}/v2.0`,
    issuerForms: [
      `${authority}/{tenantid}/v2.0`,
      ...(settings.version1 ? ['https://sts.windows.net/{tenantid}/'] : []),
    ],
    tenants: new Set(tenants),
    applicationIdUri: uri,
    audiences: new Set(settings.audiences ?? [clientId, uri]),
    clients: new Set(settings.clients ?? ownClients),
    nestedScopes: [`${uri}/${settings.scope}`],
    dialogScopes: ['openid', 'profile', 'email'],
    authority: `${authority}/${directory}`,
  }
}

function fromOpenId(name: string, settings: z.infer<typeof openid>): Issuer {
  const { issuer, clientId, dialogScopes } = settings
  return {
    ...commonOf(name, settings),
    kind: 'openid',
    id: issuer,
    discoveryUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    describedAs: issuer,
    issuerForms: [issuer],
    tenants: new Set(),
    applicationIdUri: undefined,
    audiences: new Set(settings.audiences ?? []),
    clients: new Set(settings.clients ?? [clientId]),
    nestedScopes: [],
    dialogScopes,
    authority: issuer,
  }
}

function commonOf(name: string, settings: IssuerSettings) {
  const { label, clientId, scope, idTokens, accounts, groupsClaim, methods } = settings
  const { longestTokenSeconds, clockToleranceSeconds, certificateAuthority } = settings
  return {
    ...{ name, label, clientId, scope, accounts, groupsClaim, longestTokenSeconds, clockToleranceSeconds },
    certificateAuthority,
    takesIdTokens: idTokens,
    methods: new Set(methods),
  }
}
