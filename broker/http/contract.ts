// What the HTTP API says, as types alone: shared with the browser. docs/API.md is the same for people.

export type ColumnType = 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'datetime' | 'time' | 'duration'

/** How numbers are to be shown: in `percent` 0.25 is 25 %, in `percent-points` 25 is. */
export type ColumnFormat = 'money' | 'percent' | 'percent-points'

export interface ColumnBody {
  readonly name: string
  readonly type: ColumnType
  /** Of integer and decimal columns only, where the dataset's definition says so. */
  readonly format?: ColumnFormat
  /** ISO 4217, three letters; with `money` only. */
  readonly currency?: string
}

/** A cell as JSON: text, date (`YYYY-MM-DD`), datetime (`...Z`), time (`HH:MM:SS[.sss]`) and duration (`P1DT2H30M`) are strings. */
export type CellBody = string | number | boolean | null

/**
 * `POST /api/v1/sessions`, with a proof of the device key in the `DPoP` header. With an invitation, a token, or a code and its verifier;
 * an invitation together with one of the others links the identity to the invitation's user.
 */
export interface SessionRequest {
  readonly invitation?: string
  /** An access or ID token of a configured identity provider. */
  readonly token?: string
  /** Which provider the token is of, by the name that `GET /api/v1/sign-in` gives; any of them when left out. */
  readonly issuer?: string
  /** What a sign-in page handed over, and the text whose SHA-256 the page was opened with. */
  readonly code?: string
  readonly verifier?: string
  /** How the user will recognise this device, such as `Excel on Windows`. */
  readonly device: string
  /** This device keeps nothing: the session ends 30 minutes after its last use. */
  readonly isTemporary?: boolean
}

/** A way to sign in that this broker offers; `label` is what its button says after “Sign in with”. */
export type SignInMethodBody =
  | {
      readonly kind: 'nested-app'
      readonly issuer: string
      readonly label: string
      readonly clientId: string
      readonly authority: string
      readonly scopes: readonly string[]
    }
  | { readonly kind: 'office-token'; readonly issuer: string; readonly label: string }
  | {
      readonly kind: 'dialog'
      readonly issuer: string
      readonly label: string
      /** Open it with `&challenge=` and the SHA-256 of the verifier, base64url. */
      readonly url: string
    }
  | { readonly kind: 'invitation' }

/** `GET /api/v1/sign-in` */
export interface SignInBody {
  /** The best one first, as far as the broker can tell. */
  readonly methods: readonly SignInMethodBody[]
}

export interface UserBody {
  readonly name: string
  readonly displayName: string
}

export interface SessionBody {
  readonly id: string
  readonly device: string
  /** RFC 3339, as every instant here. */
  readonly createdAt: string
  readonly expiresAt: string
}

/** `201` of `POST /api/v1/sessions`. */
export interface SessionCreated {
  /** The credential, `shb_ses_...`: sent as `Authorization: DPoP <credential>`. Shown once. */
  readonly credential: string
  readonly session: SessionBody
  readonly user: UserBody
}

/** `GET /api/v1/me` */
export interface MeBody {
  readonly user: UserBody
  readonly session: SessionBody
}

export interface DatasetSummary {
  readonly name: string
  readonly title: string
  readonly description: string
  /** null before the first pull. */
  readonly revision: number | null
  readonly rows: number | null
  readonly pulledAt: string | null
  /** When the broker will read it by itself; null when it has no schedule, or that falls into quiet hours. */
  readonly nextPullAt: string | null
  /** The columns the reader may see, in table order; empty before the first pull. */
  readonly columns: readonly ColumnBody[]
}

/** `GET /api/v1/datasets` */
export interface DatasetsBody {
  readonly datasets: readonly DatasetSummary[]
}

/** `GET /api/v1/datasets/{name}` */
export interface DatasetBody extends DatasetSummary {
  /** The columns that together name a row; empty when the dataset has no key. */
  readonly key: readonly string[]
  readonly freshnessSeconds: number
  /** The pull now under way, if any. */
  readonly activePull: PullBody | null
}

/**
 * `GET /api/v1/datasets/{name}/rows?limit=&cursor=&since=&columns=&filter=&orderby=&top=&sincenow=`
 *
 * One page of one revision. `rows[i]` belongs to `keys[i]`; its cells follow `columns`. With `since`, only rows that
 * changed after that revision, and the keys of rows that are gone, deletions first. `limit` (1 to 10,000; 1,000 when left out) counts rows
 * and deleted keys together; a page also ends near 2 MiB, so only `next` says whether there is more. With `since` and a choice, what changed
 * is what the choice finds: a row that it no longer finds comes as deleted.
 */
export interface RowsBody {
  readonly dataset: string
  readonly revision: number
  readonly pulledAt: string
  /** Always true: a snapshot is only ever the result of a complete pull. */
  readonly complete: true
  /** The revision that changes are counted from; null for the whole table. */
  readonly since: number | null
  /** What `now()` in the filter is, for `sincenow` when changes are to build on this read; not there without it. */
  readonly now?: string
  readonly columns: readonly ColumnBody[]
  readonly key: readonly string[]
  /** How many rows, and how many deleted keys, all pages of this read hold together. */
  readonly totalRows: number
  readonly totalDeleted: number
  /** How many rows the table has at this revision. */
  readonly tableRows: number
  readonly keys: readonly string[]
  readonly rows: readonly (readonly CellBody[])[]
  readonly deleted: readonly string[]
  /** Pass it as `cursor` (alone) for the next page; null on the last. */
  readonly next: string | null
}

/** That a column holds a value; null and `""` mean that it holds nothing. Dates, times and durations may be serial numbers (1900 date system). */
export interface MatchBody {
  readonly column: string
  readonly value: CellBody
}

/** Rows for which every match and the filter are true; all rows when there is neither. */
interface RowMatchBody {
  readonly where?: readonly MatchBody[]
  readonly filter?: string
}

/** One question for a figure: a cell by key, a number of rows, a sum, a cell of the first row that matches, when the dataset was pulled. */
export type FigureQuestion =
  | { readonly kind: 'value'; readonly dataset: string; readonly key: readonly CellBody[]; readonly column: string }
  | ({ readonly kind: 'count'; readonly dataset: string } & RowMatchBody)
  | ({ readonly kind: 'sum'; readonly dataset: string; readonly column: string } & RowMatchBody)
  | ({ readonly kind: 'lookup'; readonly dataset: string; readonly column: string } & RowMatchBody)
  | { readonly kind: 'refreshed'; readonly dataset: string }

/** `POST /api/v1/figures` */
export interface FiguresRequest {
  /** At most 10,000, of at most 50 datasets, which are named by their name or their title. */
  readonly questions: readonly FigureQuestion[]
  /** By dataset the `tag` of the answers that one has to these questions already. */
  readonly known?: Readonly<Record<string, string>>
  /** The year from which numbers in the questions count days, where they stand for dates; 1900 when left out. */
  readonly dateSystem?: 1900 | 1904
}

/** A figure. `rows` says of sums and look-ups how many rows matched; `exact` has all digits of a sum, `value` as many as a number holds. */
export interface FigureBody {
  readonly value: CellBody
  readonly type: ColumnType
  readonly rows?: number
  readonly exact?: string
  /** Its filter has `now()`: the same question may have another answer later. */
  readonly isTimed?: true
}

/** Why a question has no answer. */
export interface FigureProblem {
  readonly code: string
  readonly detail: string
  readonly retryable: boolean
  /** Where in the question: `/column`, `/where/0/value`, `/key`, `filter:12`. */
  readonly errors?: readonly { readonly at: string; readonly message: string }[]
}

export type FigureAnswer = FigureBody | { readonly problem: FigureProblem } | { readonly unchanged: true }

/** Which revision of a dataset was asked. */
export interface FigureDataset {
  /** As the questions name it: by its name, or by its title. */
  readonly dataset: string
  readonly name: string
  readonly revision: number
  readonly pulledAt: string
  /** Stands for the revision and for what the reader may see of it. */
  readonly tag: string
}

/** `200` of `POST /api/v1/figures`: `answers[i]` belongs to `questions[i]`. All answers of a dataset are of one revision. */
export interface FiguresBody {
  /** Those that the reader may read, and that were pulled. */
  readonly datasets: readonly FigureDataset[]
  readonly answers: readonly FigureAnswer[]
}

export type PullStateBody = 'queued' | 'running' | 'cancelling' | 'completed' | 'failed' | 'cancelled'

/**
 * `POST /api/v1/datasets/{name}/pulls` (202 queued or running; 200 when the snapshot is fresh enough), `GET /api/v1/pulls/{id}`, each event of
 * `GET /api/v1/pulls/{id}/events`; `DELETE /api/v1/pulls/{id}` withdraws.
 */
export interface PullBody {
  readonly id: string
  readonly dataset: string
  readonly state: PullStateBody
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** Records and pages read so far. */
  readonly rows: number
  readonly pages: number
  readonly tokenCalls: number
  /** Set once completed. */
  readonly revision: number | null
  readonly rowsChanged: number
  readonly rowsDeleted: number
  readonly duplicates: number
  readonly warnings: readonly string[]
  readonly problem: ProblemBody | null
}

/** RFC 9457. `type` is `/problems/<code>`. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
  readonly requestId?: string
  readonly errors?: readonly { readonly at: string; readonly message: string }[]
}
