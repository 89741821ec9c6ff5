import type { ProblemCode } from '../errors/problems.ts'
import type {
  DatasetRecord,
  GrantRecord,
  IdentityRecord,
  InvitationRecord,
  IssuedManifestRecord,
  PullRecord,
  SecretRecord,
  SessionRecord,
  SignInCodeRecord,
  SnapshotRecord,
  SourceRecord,
  UserRecord,
} from './records.ts'

/** Everything an applied definition file says, checked and complete in itself together with what the database has. */
export interface AppliedDefinitions {
  readonly sources: readonly SourceRecord[]
  readonly datasets: readonly Pick<DatasetRecord, 'name' | 'source' | 'definition'>[]
  readonly users: readonly { readonly name: string; readonly displayName: string }[]
  readonly grants: readonly {
    readonly user: string
    readonly dataset: string
    readonly columns: readonly string[] | undefined
  }[]
}

/** What an `apply` did, by name, such as `source firefish`. */
export interface AppliedChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly unchanged: readonly string[]
  /** Sources whose secret was cleared because their host or token URL changed. */
  readonly secretsCleared: readonly string[]
}

export interface DefinitionStore {
  /**
   * Adds and changes what the file names, in one transaction; leaves alone what it does not name, and what already says the same.
   * A dataset whose data is defined otherwise (more than its title, description or freshness changed) loses its fixed columns, and
   * a pull of it that is running goes back to the queue: its holder has lost it. `endpointsOf` says which URLs a source's
   * secret belongs to: when they change the secret is deleted.
   */
  apply(definitions: AppliedDefinitions, endpointsOf: (definition: string) => string): Promise<AppliedChanges>
  findSource(name: string): Promise<SourceRecord | undefined>
  listSources(): Promise<readonly SourceRecord[]>
  findDataset(name: string): Promise<DatasetRecord | undefined>
  listDatasets(): Promise<readonly DatasetRecord[]>
}

export interface UserStore {
  find(name: string): Promise<UserRecord | undefined>
  get(id: string): Promise<UserRecord | undefined>
  list(): Promise<readonly UserRecord[]>
  setActive(id: string, isActive: boolean): Promise<void>
  /** Adds a grant or replaces its columns; true when that changed anything. */
  grant(grant: GrantRecord): Promise<boolean>
  revoke(userId: string, dataset: string): Promise<boolean>
  findGrant(userId: string, dataset: string): Promise<GrantRecord | undefined>
  listGrants(userId: string): Promise<readonly GrantRecord[]>
}

export interface SecretStore {
  put(secret: SecretRecord): Promise<void>
  find(source: string): Promise<SecretRecord | undefined>
  /** Sets the one that is tried when the first is refused; false, and nothing changed, where there is no first. */
  putSecond(secret: SecretRecord): Promise<boolean>
  findSecond(source: string): Promise<SecretRecord | undefined>
  /** The second takes the first one's place, which is gone; false where there is no second. */
  promote(source: string): Promise<boolean>
  /** False where there is no second. */
  removeSecond(source: string): Promise<boolean>
}

/** What egress processes share of the sources' tokens. */
export interface TokenStore {
  /**
   * Replaces a source's state (undefined before the first) by what `judge` makes of it, in one transaction: of several at once
   * each sees what the one before left. `nowMs` is one clock for all instances: the database server's, or for a state file the
   * machine's. `judge` may run again when the database asks for it.
   */
  change<Answer>(
    source: string,
    judge: (state: string | undefined, nowMs: number) => { readonly state: string; readonly answer: Answer },
  ): Promise<Answer>
}

export interface InvitationStore {
  add(invitation: InvitationRecord): Promise<void>
  findBySelector(selector: string): Promise<readonly InvitationRecord[]>
  /** Counts a wrong try in one statement, and burns the invitation when it was the `limit`-th. */
  countWrongTry(id: string, limit: number): Promise<void>
}

/** What a session is started with; each is spent by one statement, so of any number of uses at once one succeeds. */
export type Spending =
  /** An invitation that is current and has not expired. */
  | { readonly kind: 'invitation'; readonly id: string; readonly nowMs: number }
  /** A token that was not spent under this digest before; remembered until `expiresAtMs`. */
  | { readonly kind: 'token'; readonly digest: string; readonly expiresAtMs: number }
  /** A sign-in code that is current, has not expired and has this challenge. */
  | { readonly kind: 'code'; readonly digest: string; readonly challenge: string; readonly nowMs: number }

/** What else happens when a session starts. All of it, or nothing. */
export interface SessionTerms {
  /** In the order in which they are spent. */
  readonly spends: readonly Spending[]
  /** The session's user, made with it. */
  readonly user?: UserRecord
  /** The user's from now on. */
  readonly identity?: Pick<IdentityRecord, 'issuer' | 'subject'>
}

export type SessionOutcome =
  | { readonly kind: 'started' }
  /**
   * Something was not there to be spent. `heldSessionId`: an invitation had started that session before, for another device, and it is
   * on hold now.
   */
  | { readonly kind: 'spent'; readonly heldSessionId: string | undefined }
  /** Another user has the new user's name. */
  | { readonly kind: 'name-taken' }
  /** The identity is another user's. */
  | { readonly kind: 'identity-taken' }

export interface SessionStore {
  /**
   * Adds a session in one transaction with everything that `terms` want, and ends the user's least recently used active ones above
   * `mostPerUser`; never the one just added. Any other outcome than `started` leaves nothing behind but a hold.
   */
  add(session: SessionRecord, mostPerUser: number, terms?: SessionTerms): Promise<SessionOutcome>
  findByTokenHash(tokenHash: string): Promise<SessionRecord | undefined>
  /** Moves its last use forward, never back. */
  touch(id: string, lastUsedAtMs: number): Promise<void>
  /** An ended session stays ended. */
  setState(id: string, state: SessionRecord['state']): Promise<void>
}

/** Users' identities at identity providers, and sign-ins that are under way. */
export interface IdentityStore {
  /** The user whose identity it is. */
  findUser(issuer: string, subject: string): Promise<UserRecord | undefined>
  listOfUser(userId: string): Promise<readonly IdentityRecord[]>
  /** False, and nothing changed, when it is another user's. */
  link(identity: IdentityRecord): Promise<boolean>
  /** False when the user has no such identity. */
  unlink(identity: Pick<IdentityRecord, 'issuer' | 'subject' | 'userId'>): Promise<boolean>
  addCode(code: SignInCodeRecord): Promise<void>
  findCode(digest: string): Promise<SignInCodeRecord | undefined>
  /** Forgets codes and spent tokens that have expired before `nowMs`. */
  forgetExpired(nowMs: number): Promise<void>
}

/** The numbers a running pull reports. */
export interface PullProgress {
  readonly rows: number
  readonly pages: number
  readonly tokenCalls: number
}

/** What a pull that read everything has made. */
export interface PullResult extends PullProgress {
  readonly revision: number
  /** JSON of `StoredColumn[]`. */
  readonly columns: string
  /** The new snapshot and its rows; undefined when the source is unchanged, so the current revision stays. */
  readonly snapshot: { readonly file: string; readonly rows: number } | undefined
  readonly rowsChanged: number
  readonly rowsDeleted: number
  readonly duplicates: number
  readonly warnings: readonly string[]
  readonly reading: CompletedReading
}

/** What a pull has read, for the next one to go on from. */
export interface CompletedReading {
  /** When it began. */
  readonly startedAtMs: number
  /** The moment from which on it asked for changes; undefined when it read everything. */
  readonly changesSinceMs: number | undefined
  /** The moment from which on the next one must ask. */
  readonly readFromMs: number
}

export interface PullRequest {
  readonly id: string
  readonly dataset: string
  readonly requestedBy: string | undefined
  /** Pulls that a schedule wants come after those that somebody waits for. */
  readonly isScheduled?: boolean
}

export interface PullStore {
  /**
   * The dataset's active (queued or running) pull, made now unless there is one (a unique index, not a look, decides). `requestedBy`
   * becomes one of those who wait for it. A pull that is being cancelled is joined by nobody: the new one starts when it has ended.
   */
  request(request: PullRequest, nowMs: number): Promise<PullRecord>
  /** As `request`, unless there was a pull, whatever became of it, at `dueAtMs` or later; then undefined. */
  requestDue(request: PullRequest, dueAtMs: number, nowMs: number): Promise<PullRecord | undefined>
  /** When a pull of the dataset was last asked for; 0 when never. */
  lastRequestedMs(dataset: string): Promise<number>
  find(id: string): Promise<PullRecord | undefined>
  /** The queued or running one. */
  findActive(dataset: string): Promise<PullRecord | undefined>
  findLastCompleted(dataset: string): Promise<PullRecord | undefined>
  listRecent(dataset: string, most: number): Promise<readonly PullRecord[]>
  /** True when `userId` asked for this pull. */
  isWaiting(id: string, userId: string): Promise<boolean>
  /**
   * Withdraws one waiter; the pull is cancelled when nobody waits for it any more. Returns the pull as it then is. The command line
   * and schedules never withdraw: what they asked for ends by `cancel` alone.
   */
  withdraw(id: string, userId: string, nowMs: number): Promise<PullRecord | undefined>
  /** Cancels it whoever waits: queued becomes cancelled, running becomes cancelling. */
  cancel(id: string, nowMs: number): Promise<void>
  /**
   * Takes a queued pull, or one whose holder's lease ran out, for `owner`: the oldest that somebody waits for, then the oldest that a
   * schedule wants; undefined when there is none. A pull whose holder
   * vanished while cancelling becomes cancelled; one whose holder vanished three times fails with `pull-abandoned`. `owner` should
   * name this one claim, so that a run that lost its lease is never taken for the next one of the same process.
   */
  claim(owner: string, nowMs: number, leaseUntilMs: number): Promise<PullRecord | undefined>
  /** Renews the lease and writes progress; returns how the pull is, or undefined when `owner` no longer holds it. */
  report(
    id: string,
    owner: string,
    progress: PullProgress,
    leaseUntilMs: number,
  ): Promise<Pick<PullRecord, 'state' | 'isScheduled'> | undefined>
  /**
   * Ends the pull well in one transaction: its row, the snapshot's row, the dataset's columns, revision, rows, time and how far it was
   * read. False, and
   * nothing changed, when `owner` no longer holds it or it is being cancelled.
   */
  complete(id: string, owner: string, result: PullResult, nowMs: number): Promise<boolean>
  fail(id: string, owner: string, problem: { code: ProblemCode; message: string }, nowMs: number): Promise<boolean>
  /** Ends a cancelling (or still running) pull as cancelled. */
  endCancelled(id: string, owner: string, nowMs: number): Promise<boolean>
  /** Forgets some pulls that are over; returns how many. Zero: there are no more. */
  forgetEnded(retention: PullRetention): Promise<number>
}

/** Which pulls are kept besides those that are not over and each dataset's last completed one. */
export interface PullRetention {
  /** Later ones are kept. */
  readonly endedBeforeMs: number
  /** Of each dataset so many of the newest are kept. */
  readonly keep: number
}

export interface SnapshotStore {
  find(dataset: string, revision: number): Promise<SnapshotRecord | undefined>
  findCurrent(dataset: string): Promise<SnapshotRecord | undefined>
  /** Snapshots superseded before `beforeMs`: no cursor can name them any more. */
  listSuperseded(beforeMs: number): Promise<readonly SnapshotRecord[]>
  /** Forgets a superseded one; the current one stays. */
  remove(dataset: string, revision: number): Promise<void>
}

/** The egress processes that are alive, so that web can say when there is none. */
export interface EgressStore {
  beat(owner: string, nowMs: number): Promise<void>
  leave(owner: string): Promise<void>
  /** When any egress that has not left last beat; 0 when there is none. */
  lastBeatMs(): Promise<number>
}

/** What was given out of the add-in's manifest. */
export interface ManifestStore {
  /**
   * Replaces what was given out last in this form (undefined before the first) by what `judge` says, in one transaction: of several
   * at once each sees what the one before left. `judge` may run more than once.
   */
  change(
    form: string,
    judge: (last: IssuedManifestRecord | undefined) => IssuedManifestRecord,
  ): Promise<IssuedManifestRecord>
}

/** The state database: the seam between the two processes. */
export interface Stores {
  readonly definitions: DefinitionStore
  readonly users: UserStore
  readonly secrets: SecretStore
  readonly tokens: TokenStore
  readonly invitations: InvitationStore
  readonly sessions: SessionStore
  readonly identities: IdentityStore
  readonly pulls: PullStore
  readonly snapshots: SnapshotStore
  readonly egress: EgressStore
  readonly manifests: ManifestStore
  /** Rejects with `store-unavailable` when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}
