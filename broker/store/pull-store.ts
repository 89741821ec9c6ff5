import type { Kysely, Transaction } from 'kysely'
import type { ProblemCode } from '../errors/problems.ts'
import { forgetPulls } from './forget-pulls.ts'
import { publishResult } from './publish-result.ts'
import { toPull, toQueuedRow } from './pull-rows.ts'
import type { PullRecord, PullState } from './records.ts'
import type { PullRow, Schema } from './schema.ts'
import type { PullProgress, PullRequest, PullResult, PullRetention, PullStore } from './stores.ts'

/** The states that the unique index allows once a dataset. */
const active: readonly PullState[] = ['queued', 'running']
/** The states in which a pull has a holder. */
const held: readonly PullState[] = ['running', 'cancelling']

/** Who waits for a pull that no user asked for; never withdraws. */
const noUser = ''

/** A pull that took so many egress processes down with it is not tried again. */
const mostAttempts = 3

/** Pulls: the queue between web and egress. */
export class SqlPullStore implements PullStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async request(request: PullRequest, nowMs: number): Promise<PullRecord> {
    // Another turn only when the active pull ended between the two statements, so this ends.
    for (;;) {
      const pull = await this.#db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('pulls')
          .values(toQueuedRow(request, nowMs))
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        return joinActive(transaction, request)
      })
      if (pull) return toPull(pull)
    }
  }

  requestDue(request: PullRequest, dueAtMs: number, nowMs: number): Promise<PullRecord | undefined> {
    return this.#db.transaction().execute(async (transaction) => {
      const pull = await transaction
        .insertInto('pulls')
        .values(toQueuedRow(request, nowMs))
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!pull) return undefined
      // After the insert: another process's pull for the same moment is active, and so in its way, or can be seen.
      const other = await transaction
        .selectFrom('pulls')
        .select('id')
        .where('dataset', '=', request.dataset)
        .where('createdAtMs', '>=', dueAtMs)
        .where('id', '!=', pull.id)
        .executeTakeFirst()
      if (other) {
        await transaction.deleteFrom('pulls').where('id', '=', pull.id).execute()
        return undefined
      }
      await transaction.insertInto('pullWaiters').values({ pullId: pull.id, waiter: noUser }).execute()
      return toPull(pull)
    })
  }

  async lastRequestedMs(dataset: string): Promise<number> {
    const row = await this.#db
      .selectFrom('pulls')
      .select('createdAtMs')
      .where('dataset', '=', dataset)
      .orderBy('createdAtMs', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.createdAtMs ?? 0
  }

  async find(id: string): Promise<PullRecord | undefined> {
    const row = await this.#db.selectFrom('pulls').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toPull(row)
  }

  async findActive(dataset: string): Promise<PullRecord | undefined> {
    const row = await this.#db
      .selectFrom('pulls')
      .selectAll()
      .where('dataset', '=', dataset)
      .where('state', 'in', active)
      .executeTakeFirst()
    return row && toPull(row)
  }

  async findLastCompleted(dataset: string): Promise<PullRecord | undefined> {
    const row = await this.#db
      .selectFrom('pulls')
      .selectAll()
      .where('dataset', '=', dataset)
      .where('state', '=', 'completed')
      .orderBy('endedAtMs', 'desc')
      .orderBy('createdAtMs', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row && toPull(row)
  }

  async listRecent(dataset: string, most: number): Promise<readonly PullRecord[]> {
    const rows = await this.#db
      .selectFrom('pulls')
      .selectAll()
      .where('dataset', '=', dataset)
      .orderBy('createdAtMs', 'desc')
      .orderBy('id')
      .limit(most)
      .execute()
    return rows.map(toPull)
  }

  async isWaiting(id: string, userId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('pullWaiters')
      .select('pullId')
      .where('pullId', '=', id)
      .where('waiter', '=', userId)
      .executeTakeFirst()
    return row !== undefined
  }

  async withdraw(id: string, userId: string, nowMs: number): Promise<PullRecord | undefined> {
    return this.#db.transaction().execute(async (transaction) => {
      const pull = await hold(transaction, id)
      if (!pull) return undefined
      const { numDeletedRows } = await transaction
        .deleteFrom('pullWaiters')
        .where('pullId', '=', id)
        .where('waiter', '=', userId)
        .executeTakeFirstOrThrow()
      const others = await transaction.selectFrom('pullWaiters').select('waiter').where('pullId', '=', id).execute()
      const isUnwanted = numDeletedRows > 0n && others.length === 0
      return toPull(isUnwanted ? await cancelHeld(transaction, pull, nowMs) : pull)
    })
  }

  async cancel(id: string, nowMs: number): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const pull = await hold(transaction, id)
      if (pull) await cancelHeld(transaction, pull, nowMs)
    })
  }

  async claim(owner: string, nowMs: number, leaseUntilMs: number): Promise<PullRecord | undefined> {
    await this.#endAbandoned(nowMs)
    // Another turn only when another process was quicker, which then works on that pull.
    for (;;) {
      const next = await this.#claimable(nowMs)
      if (next === undefined) return undefined
      const claimed = await this.#db
        .updateTable('pulls')
        .set((eb) => ({
          state: 'running',
          owner,
          leaseUntilMs,
          startedAtMs: nowMs,
          attempts: eb('attempts', '+', 1),
          rows: 0,
          pages: 0,
          tokenCalls: 0,
        }))
        .where('id', '=', next)
        .where('state', 'in', active)
        .where('leaseUntilMs', '<=', nowMs)
        .returningAll()
        .executeTakeFirst()
      if (claimed) return toPull(claimed)
    }
  }

  async report(
    id: string,
    owner: string,
    progress: PullProgress,
    leaseUntilMs: number,
  ): Promise<Pick<PullRecord, 'state' | 'isScheduled'> | undefined> {
    const { rows, pages, tokenCalls } = progress
    const row = await this.#db
      .updateTable('pulls')
      .set({ rows, pages, tokenCalls, leaseUntilMs })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('state', 'in', held)
      .returning(['state', 'priority'])
      .executeTakeFirst()
    return row && { state: row.state, isScheduled: row.priority > 0 }
  }

  complete(id: string, owner: string, result: PullResult, nowMs: number): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { rows, pages, tokenCalls, revision, rowsChanged, rowsDeleted, duplicates } = result
      const ended = await transaction
        .updateTable('pulls')
        .set({
          ...{ rows, pages, tokenCalls, revision, rowsChanged, rowsDeleted, duplicates },
          state: 'completed',
          endedAtMs: nowMs,
          changesSinceMs: result.reading.changesSinceMs ?? null,
          warnings: JSON.stringify(result.warnings),
        })
        .where('id', '=', id)
        .where('owner', '=', owner)
        .where('state', '=', 'running')
        .returning('dataset')
        .executeTakeFirst()
      if (!ended) return false
      await publishResult(transaction, ended.dataset, result, nowMs)
      return true
    })
  }

  async fail(
    id: string,
    owner: string,
    problem: { code: ProblemCode; message: string },
    nowMs: number,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('pulls')
      .set({ state: 'failed', endedAtMs: nowMs, problemCode: problem.code, problemMessage: problem.message })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('state', 'in', held)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }

  async endCancelled(id: string, owner: string, nowMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('pulls')
      .set({ state: 'cancelled', endedAtMs: nowMs })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('state', 'in', held)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }

  forgetEnded(retention: PullRetention): Promise<number> {
    return forgetPulls(this.#db, retention)
  }

  /** Ends what nobody will take up again: cancelled pulls whose holder vanished, and pulls that too many holders vanished with. */
  async #endAbandoned(nowMs: number): Promise<void> {
    await this.#db
      .updateTable('pulls')
      .set({ state: 'cancelled', endedAtMs: nowMs })
      .where('state', '=', 'cancelling')
      .where('leaseUntilMs', '<=', nowMs)
      .execute()
    await this.#db
      .updateTable('pulls')
      .set({
        state: 'failed',
        endedAtMs: nowMs,
        problemCode: 'pull-abandoned',
        problemMessage: `The process that ran the pull stopped ${mostAttempts} times without finishing it.`,
      })
      .where('state', '=', 'running')
      .where('leaseUntilMs', '<=', nowMs)
      .where('attempts', '>=', mostAttempts)
      .execute()
  }

  /** The first pull without a living holder, unless its dataset's previous pull is still being cancelled. */
  async #claimable(nowMs: number): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('pulls')
      .select('id')
      .where('state', 'in', active)
      .where('leaseUntilMs', '<=', nowMs)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('pulls as previous')
              .select('previous.id')
              .whereRef('previous.dataset', '=', 'pulls.dataset')
              .where('previous.state', '=', 'cancelling'),
          ),
        ),
      )
      .orderBy('priority')
      .orderBy('createdAtMs')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    return row?.id
  }
}

/** Holds the pull's row to the transaction's end, so that joining, withdrawing and cancelling come one after the other. */
function hold(transaction: Transaction<Schema>, id: string): Promise<PullRow | undefined> {
  return transaction
    .updateTable('pulls')
    .set((eb) => ({ id: eb.ref('id') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

/** The dataset's active pull, held, with the asker among those who wait for it; undefined when it has just ended. */
async function joinActive(
  transaction: Transaction<Schema>,
  { dataset, requestedBy, isScheduled = false }: PullRequest,
): Promise<PullRow | undefined> {
  const pull = await transaction
    .updateTable('pulls')
    .set((eb) => ({ priority: isScheduled ? eb.ref('priority') : 0 }))
    .where('dataset', '=', dataset)
    .where('state', 'in', active)
    .returningAll()
    .executeTakeFirst()
  if (pull) {
    await transaction
      .insertInto('pullWaiters')
      .values({ pullId: pull.id, waiter: requestedBy ?? noUser })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  return pull
}

/** Cancels a pull whose row the transaction holds. Nothing when it has ended or is being cancelled already. */
async function cancelHeld(transaction: Transaction<Schema>, pull: PullRow, nowMs: number): Promise<PullRow> {
  if (!active.includes(pull.state)) return pull
  return transaction
    .updateTable('pulls')
    .set(pull.state === 'queued' ? { state: 'cancelled', endedAtMs: nowMs } : { state: 'cancelling' })
    .where('id', '=', pull.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
