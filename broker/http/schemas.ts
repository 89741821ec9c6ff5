// The bodies of the HTTP API as schemas: what a request is checked against, and what openapi.json is made of. Each is held to its type in
// contract.ts, which the browser shares.
import * as z from 'zod'
import { columnTypes } from '../dataset/column.ts'
import { columnFormats } from '../dataset/column-format.ts'
import type * as contract from './contract.ts'

/** The named schemas of openapi.json. */
export const apiSchemas = z.registry<{ id: string; description?: string }>()

export const instant = z.iso.datetime().describe('An instant in UTC, RFC 3339.')
const count = z.number().int().min(0)
const revision = z.number().int().positive()

/** No control characters: the name is shown to people and logged. */
const deviceName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}+$/u, 'Leave control characters out.')

const issuerName = z.string().min(1).max(31)

export const sessionRequest = z
  .strictObject({
    invitation: z.string().min(1).max(100).exactOptional().describe('The code, XXXX-XXXX-XXXX-XXXX.'),
    token: z.string().min(1).exactOptional().describe('An access or ID token of a configured identity provider.'),
    issuer: issuerName.exactOptional().describe('Which provider the token is of; any of them when left out.'),
    code: z.string().min(1).max(100).exactOptional().describe('What a sign-in page handed over.'),
    verifier: z.string().min(43).max(128).exactOptional().describe('The text whose SHA-256 the page was opened with.'),
    device: deviceName.describe('How the user will recognise this device, such as `Excel on Windows`.'),
    isTemporary: z.boolean().exactOptional().describe('The session ends 30 minutes after its last use.'),
  })
  .superRefine(({ invitation, token, issuer, code, verifier }, context) => {
    const refuse = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message })
    if (invitation === undefined && token === undefined && code === undefined)
      refuse('invitation', 'Send an invitation, a token, or a code.')
    if (token !== undefined && code !== undefined) refuse('code', 'Send a token or a code, not both.')
    if (issuer !== undefined && token === undefined) refuse('issuer', 'It goes with a token.')
    if ((code === undefined) !== (verifier === undefined)) refuse('verifier', 'A code and its verifier go together.')
  })
  .register(apiSchemas, {
    id: 'SessionRequest',
    description:
      'An invitation, a token, or a code with its verifier. An invitation beside one of the others links it.',
  }) satisfies z.ZodType<contract.SessionRequest>

const offered = { issuer: z.string(), label: z.string().describe('For the button: “Sign in with …”.') }

export const signIn = z
  .strictObject({
    methods: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('nested-app'),
          ...offered,
          clientId: z.string(),
          authority: z.string(),
          scopes: z.array(z.string()),
        }),
        z.strictObject({ kind: z.literal('office-token'), ...offered }),
        z.strictObject({
          kind: z.literal('dialog'),
          ...offered,
          url: z.string().describe('Open it with `&challenge=` and the SHA-256 of the verifier, base64url.'),
        }),
        z.strictObject({ kind: z.literal('invitation') }),
      ]),
    ),
  })
  .register(apiSchemas, { id: 'SignIn' }) satisfies z.ZodType<contract.SignInBody>

const user = z
  .strictObject({ name: z.string(), displayName: z.string() })
  .register(apiSchemas, { id: 'User' }) satisfies z.ZodType<contract.UserBody>

const session = z
  .strictObject({ id: z.string(), device: z.string(), createdAt: instant, expiresAt: instant })
  .register(apiSchemas, { id: 'Session' }) satisfies z.ZodType<contract.SessionBody>

export const sessionCreated = z
  .strictObject({
    credential: z.string().describe('Sent as `Authorization: DPoP <credential>`. Shown once.'),
    session,
    user,
  })
  .register(apiSchemas, { id: 'SessionCreated' }) satisfies z.ZodType<contract.SessionCreated>

export const me = z
  .strictObject({ user, session })
  .register(apiSchemas, { id: 'Me' }) satisfies z.ZodType<contract.MeBody>

const problemShape = {
  type: z.string().describe('`/problems/<code>`, a page of this broker.'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
  requestId: z.string().exactOptional(),
  errors: z.array(z.strictObject({ at: z.string(), message: z.string() })).exactOptional(),
}

export const problem = z
  .strictObject(problemShape)
  .register(apiSchemas, { id: 'Problem', description: 'RFC 9457.' }) satisfies z.ZodType<contract.ProblemBody>

const column = z
  .strictObject({
    name: z.string(),
    type: z.enum(columnTypes),
    format: z
      .enum(columnFormats)
      .describe(
        'How its numbers are to be shown, if that is defined: in `percent` 0.25 is 25 %, in `percent-points` 25 is.',
      )
      .exactOptional(),
    currency: z.string().describe('ISO 4217; with `money` only, and not where amounts have several.').exactOptional(),
  })
  .register(apiSchemas, { id: 'Column' }) satisfies z.ZodType<contract.ColumnBody>

export const pull = z
  .strictObject({
    id: z.string(),
    dataset: z.string(),
    state: z.enum(['queued', 'running', 'cancelling', 'completed', 'failed', 'cancelled']),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
    rows: count.describe('Records read so far.'),
    pages: count,
    tokenCalls: count,
    revision: revision.nullable().describe('Set once completed.'),
    rowsChanged: count,
    rowsDeleted: count,
    duplicates: count,
    warnings: z.array(z.string()),
    problem: problem.nullable(),
  })
  .register(apiSchemas, { id: 'Pull' }) satisfies z.ZodType<contract.PullBody>

const datasetSummaryShape = {
  name: z.string(),
  title: z.string(),
  description: z.string(),
  revision: revision.nullable().describe('null before the first pull.'),
  rows: count.nullable(),
  pulledAt: instant.nullable(),
  nextPullAt: instant.nullable().describe('When the broker will read it by itself, if it has a schedule.'),
  columns: z.array(column).describe('Those the reader may see; empty before the first pull.'),
}

const datasetSummary = z
  .strictObject(datasetSummaryShape)
  .register(apiSchemas, { id: 'DatasetSummary' }) satisfies z.ZodType<contract.DatasetSummary>

export const datasets = z
  .strictObject({ datasets: z.array(datasetSummary) })
  .register(apiSchemas, { id: 'Datasets' }) satisfies z.ZodType<contract.DatasetsBody>

export const dataset = z
  .strictObject({
    ...datasetSummaryShape,
    key: z.array(z.string()).describe('The columns that together name a row; empty when the dataset has no key.'),
    freshnessSeconds: count,
    activePull: pull.nullable(),
  })
  .register(apiSchemas, { id: 'Dataset' }) satisfies z.ZodType<contract.DatasetBody>

export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const rows = z
  .strictObject({
    dataset: z.string(),
    revision,
    pulledAt: instant,
    complete: z.literal(true),
    since: revision.nullable(),
    now: instant.describe('What `now()` in the filter is; not there without it.').exactOptional(),
    columns: z.array(column),
    key: z.array(z.string()),
    totalRows: count.describe('How many rows all pages of this read hold.'),
    totalDeleted: count.describe('How many deleted keys all pages of this read hold.'),
    tableRows: count.describe('How many rows the table has at this revision.'),
    keys: z.array(z.string()).describe('The key of each row of `rows`.'),
    rows: z.array(z.array(cell)).describe('Cells in the order of `columns`.'),
    deleted: z
      .array(z.string())
      .describe('Keys of rows that were in the choice at the revision `since` and are not now.'),
    next: z.string().nullable().describe('Pass it as `cursor`, alone, for the next page; null on the last.'),
  })
  .register(apiSchemas, { id: 'Rows' }) satisfies z.ZodType<contract.RowsBody>

export const health = z.strictObject({ status: z.string() }).register(apiSchemas, { id: 'Health' })
