// How a session begins in the database: what it is started with is spent, and session, user and identity are written, all in one
// transaction. A process that dies midway has spent nothing.
import type { Kysely, Transaction } from 'kysely'
import type { SessionRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { SessionOutcome, SessionTerms, Spending } from './stores.ts'

/** Undoes the transaction that throws it, and says how the start ended. */
class Undone extends Error {
  readonly outcome: SessionOutcome

  constructor(outcome: SessionOutcome) {
    super(`The session was not started: ${outcome.kind}.`)
    this.outcome = outcome
  }
}

interface Start {
  readonly session: SessionRecord
  readonly mostPerUser: number
  readonly terms: SessionTerms
}

/** As `SessionStore.add`. */
export async function startSession(db: Kysely<Schema>, start: Start): Promise<SessionOutcome> {
  const failed = start.terms.spends.find(({ kind }) => kind === 'invitation')
  try {
    return await db.transaction().execute(async (transaction) => {
      await addAll(transaction, start)
      return { kind: 'started' }
    })
  } catch (error) {
    if (!(error instanceof Undone)) throw error
    if (error.outcome.kind !== 'spent' || failed?.kind !== 'invitation') return error.outcome
    return { kind: 'spent', heldSessionId: await holdFirstSession(db, failed.id, start.session.id) }
  }
}

/** Rows are always taken in this order, so that two starts never wait for each other. */
async function addAll(transaction: Transaction<Schema>, { session, mostPerUser, terms }: Start): Promise<void> {
  for (const spending of terms.spends)
    if (!(await spend(transaction, spending, session.id))) throw new Undone({ kind: 'spent', heldSessionId: undefined })
  if (terms.user) await addUser(transaction, terms.user)
  if (terms.identity) await addIdentity(transaction, terms.identity, session)
  await addSession(transaction, session, mostPerUser)
}

async function spend(transaction: Transaction<Schema>, spending: Spending, sessionId: string): Promise<boolean> {
  switch (spending.kind) {
    case 'invitation': {
      const { numUpdatedRows } = await transaction
        .updateTable('invitations')
        .set({ state: 'used', sessionId })
        .where('id', '=', spending.id)
        .where('state', '=', 'current')
        .where('expiresAtMs', '>', spending.nowMs)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    }
    case 'token': {
      const { digest, expiresAtMs } = spending
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('spentTokens')
        .values({ digest, expiresAtMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    }
    case 'code': {
      const { numUpdatedRows } = await transaction
        .updateTable('signInCodes')
        .set({ state: 'used' })
        .where('digest', '=', spending.digest)
        .where('challenge', '=', spending.challenge)
        .where('state', '=', 'current')
        .where('expiresAtMs', '>', spending.nowMs)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    }
  }
}

async function addUser(
  transaction: Transaction<Schema>,
  { isActive, ...rest }: NonNullable<SessionTerms['user']>,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('users')
    .values({ ...rest, isActive: isActive ? 1 : 0 })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirstOrThrow()
  if (numInsertedOrUpdatedRows !== 1n) throw new Undone({ kind: 'name-taken' })
}

async function addIdentity(
  transaction: Transaction<Schema>,
  { issuer, subject }: NonNullable<SessionTerms['identity']>,
  { userId, createdAtMs }: SessionRecord,
): Promise<void> {
  await transaction
    .insertInto('identities')
    .values({ issuer, subject, userId, createdAtMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const owner = await transaction
    .selectFrom('identities')
    .select('userId')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst()
  if (owner?.userId !== userId) throw new Undone({ kind: 'identity-taken' })
}

async function addSession(
  transaction: Transaction<Schema>,
  session: SessionRecord,
  mostPerUser: number,
): Promise<void> {
  // Holds the user's row, so that of two sign-ins at once the second one counts the first one's session.
  await transaction
    .updateTable('users')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', session.userId)
    .execute()
  await transaction.insertInto('sessions').values(session).execute()
  await transaction
    .updateTable('sessions')
    .set({ state: 'ended' })
    .where('userId', '=', session.userId)
    .where('state', '=', 'active')
    .where('id', '!=', session.id)
    .where('id', 'not in', (eb) =>
      eb
        .selectFrom('sessions')
        .select('id')
        .where('userId', '=', session.userId)
        .where('state', '=', 'active')
        .where('id', '!=', session.id)
        .orderBy('lastUsedAtMs', 'desc')
        .orderBy('id')
        .limit(mostPerUser - 1),
    )
    .execute()
}

/**
 * Two devices have the invitation's code: puts the session of the first one on hold. The session is there to be held, because it was
 * written in the transaction that spent the invitation. A device that tries again because its first answer was lost does not count.
 */
async function holdFirstSession(
  db: Kysely<Schema>,
  invitationId: string,
  sessionId: string,
): Promise<string | undefined> {
  const held = await db
    .updateTable('sessions')
    .set({ state: 'held' })
    .where('id', '=', (eb) => eb.selectFrom('invitations').select('sessionId').where('id', '=', invitationId))
    .where('id', '!=', sessionId)
    .where('state', '!=', 'ended')
    .returning('id')
    .executeTakeFirst()
  return held?.id
}
