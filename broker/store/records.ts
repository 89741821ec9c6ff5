// What the state database keeps: one interface an aggregate, the same for SQLite and PostgreSQL. Instants are Unix epoch
// milliseconds. Definitions are opaque JSON here; whoever reads one parses it.
import type { ProblemCode } from '../errors/problems.ts'

export interface SourceRecord {
  readonly name: string
  /** JSON, as the definition file has it after parsing. */
  readonly definition: string
}

export interface DatasetRecord {
  readonly name: string
  readonly source: string
  readonly definition: string
  /** JSON of the columns that earlier pulls fixed; '[]' before the first. */
  readonly columns: string
  /** The revision that readers get; 0 before the first pull. */
  readonly revision: number
  /** Rows in the current snapshot. */
  readonly rows: number
  /** When the pull that last confirmed the current snapshot ended; 0 before the first. */
  readonly pulledAtMs: number
  /** The moment from which the next pull must ask for changes to miss none; 0 when it must read everything. */
  readonly readFromMs: number
  /** When the last pull that read everything, and completed, began; 0 when there was none by this definition. */
  readonly fullReadAtMs: number
}

export interface UserRecord {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly isActive: boolean
}

export interface GrantRecord {
  readonly userId: string
  readonly dataset: string
  /** undefined: all columns. */
  readonly columns: readonly string[] | undefined
}

/** A secret sealed to egress alone: compact JWE, bound to its source's name. */
export interface SecretRecord {
  readonly source: string
  readonly sealed: string
  readonly createdAtMs: number
}

export interface InvitationRecord {
  readonly id: string
  readonly userId: string
  /** The first four characters of the code: finds the row, proves nothing. */
  readonly selector: string
  /** SHA-256 of the whole code, base64url. */
  readonly codeHash: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly wrongTries: number
  readonly state: 'current' | 'used' | 'burnt'
  /** The session that its use started. */
  readonly sessionId: string | undefined
}

export interface SessionRecord {
  readonly id: string
  readonly userId: string
  /** SHA-256 of the credential, base64url. */
  readonly tokenHash: string
  /** RFC 7638 thumbprint of the device key. */
  readonly keyThumbprint: string
  readonly device: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number
  readonly expiresAtMs: number
  readonly state: 'active' | 'held' | 'ended'
  /** `temporary`: its device can keep nothing, so it ends soon after its last use. */
  readonly kind: 'kept' | 'temporary'
}

/** A user's identity at an identity provider. One user may have several; one identity has one user. */
export interface IdentityRecord {
  /** Which provider, by its own name (a URL), not by what the settings call it. */
  readonly issuer: string
  /** Who there: never an e-mail address, which can pass to somebody else. */
  readonly subject: string
  readonly userId: string
  readonly createdAtMs: number
}

/** What a sign-in page hands to the pane that opened it. */
export interface SignInCodeRecord {
  /** SHA-256 of the code, base64url. */
  readonly digest: string
  /** SHA-256 of what only that pane knows, base64url. */
  readonly challenge: string
  /** JSON of the identity that the provider vouched for. */
  readonly identity: string
  readonly expiresAtMs: number
  readonly state: 'current' | 'used'
}

export const pullStates = ['queued', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] as const
export type PullState = (typeof pullStates)[number]

export interface PullRecord {
  readonly id: string
  readonly dataset: string
  readonly state: PullState
  /** Who asked first: a user's id, or undefined for the command line and schedules. */
  readonly requestedBy: string | undefined
  /** Only a schedule wants it; nobody waits. */
  readonly isScheduled: boolean
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  /** Records and pages read so far. */
  readonly rows: number
  readonly pages: number
  /** The egress process that holds it, and until when it does without renewing. */
  readonly owner: string | undefined
  readonly leaseUntilMs: number
  /** The revision that a completed pull confirmed or made. */
  readonly revision: number | undefined
  readonly rowsChanged: number
  readonly rowsDeleted: number
  /** Token exchanges that this pull caused. */
  readonly tokenCalls: number
  /** Records dropped because another of this pull had the same key. */
  readonly duplicates: number
  /** The moment from which on a completed pull asked for changes; undefined when it read everything. */
  readonly changesSinceMs: number | undefined
  /** Things an administrator should know, in plain words; JSON list of texts in the database. */
  readonly warnings: readonly string[]
  readonly problem: { readonly code: ProblemCode; readonly message: string } | undefined
}

export interface SnapshotRecord {
  readonly dataset: string
  readonly revision: number
  /** Relative to the snapshot directory. */
  readonly file: string
  readonly rows: number
  readonly createdAtMs: number
  /** When a newer one took its place; undefined for the current one. */
  readonly supersededAtMs: number | undefined
}

/** What was given out last of a form of the add-in's manifest. */
export interface IssuedManifestRecord {
  /** Of the content without its version. */
  readonly digest: string
  readonly version: string
}
