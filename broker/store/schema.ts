// The tables as queries see them. Columns are camel case here and snake case in the database (CamelCasePlugin). Booleans are 0/1,
// instants Unix epoch milliseconds, lists JSON text: the same on both engines.
import type { InvitationRecord, PullState, SessionRecord, SignInCodeRecord } from './records.ts'

export interface Schema {
  readonly locks: LockRow
  readonly sources: SourceRow
  readonly datasets: DatasetRow
  readonly users: UserRow
  readonly grants: GrantRow
  readonly secrets: SecretRow
  readonly secondSecrets: SecretRow
  readonly tokenStates: TokenStateRow
  readonly invitations: InvitationRow
  readonly sessions: SessionRow
  readonly identities: IdentityRow
  readonly spentTokens: SpentTokenRow
  readonly signInCodes: SignInCodeRow
  readonly pulls: PullRow
  readonly pullWaiters: PullWaiterRow
  readonly snapshots: SnapshotRow
  readonly egressProcesses: EgressProcessRow
  readonly issuedManifests: IssuedManifestRow
}

/** A row to hold while several statements must not interleave with another process's. */
interface LockRow {
  name: 'definitions'
}

interface SourceRow {
  name: string
  definition: string
}

export interface DatasetRow {
  name: string
  source: string
  definition: string
  columns: string
  revision: number
  rows: number
  pulledAtMs: number
  readFromMs: number
  fullReadAtMs: number
}

export interface UserRow {
  id: string
  name: string
  displayName: string
  isActive: number
}

export interface GrantRow {
  userId: string
  dataset: string
  columns: string | null
}

interface SecretRow {
  source: string
  sealed: string
  createdAtMs: number
}

interface TokenStateRow {
  source: string
  /** JSON, written by the source layer; null before the first token. */
  state: string | null
}

export interface InvitationRow {
  id: string
  userId: string
  selector: string
  codeHash: string
  createdAtMs: number
  expiresAtMs: number
  wrongTries: number
  state: InvitationRecord['state']
  sessionId: string | null
}

export interface SessionRow {
  id: string
  userId: string
  tokenHash: string
  keyThumbprint: string
  device: string
  createdAtMs: number
  lastUsedAtMs: number
  expiresAtMs: number
  state: SessionRecord['state']
  kind: SessionRecord['kind']
}

interface IdentityRow {
  issuer: string
  subject: string
  userId: string
  createdAtMs: number
}

interface SpentTokenRow {
  digest: string
  expiresAtMs: number
}

interface SignInCodeRow {
  digest: string
  challenge: string
  identity: string
  expiresAtMs: number
  state: SignInCodeRecord['state']
}

export interface PullRow {
  id: string
  dataset: string
  state: PullState
  requestedBy: string | null
  /** 0: somebody waits for it; 1: a schedule wants it. */
  priority: number
  createdAtMs: number
  startedAtMs: number | null
  endedAtMs: number | null
  rows: number
  pages: number
  tokenCalls: number
  owner: string | null
  leaseUntilMs: number
  /** How often an egress process took it. */
  attempts: number
  revision: number | null
  rowsChanged: number
  rowsDeleted: number
  duplicates: number
  changesSinceMs: number | null
  warnings: string
  problemCode: string | null
  problemMessage: string | null
}

interface PullWaiterRow {
  pullId: string
  /** A user's id; empty for the command line and schedules, which never withdraw. */
  waiter: string
}

export interface SnapshotRow {
  dataset: string
  revision: number
  file: string
  rows: number
  createdAtMs: number
  supersededAtMs: number | null
}

interface EgressProcessRow {
  owner: string
  beatAtMs: number
}

export interface IssuedManifestRow {
  form: string
  digest: string | null
  version: string | null
}
