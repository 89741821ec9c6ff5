import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'
import type { TokenStore } from './stores.ts'

export interface TokenStoreDeps {
  readonly db: Kysely<Schema>
  /** The one clock that all instances go by. */
  readonly nowMs: (transaction: Transaction<Schema>) => Promise<number>
}

/** The token states of the sources; changes of one come one after the other. */
export class SqlTokenStore implements TokenStore {
  readonly #deps: TokenStoreDeps

  constructor(deps: TokenStoreDeps) {
    this.#deps = deps
  }

  change<Answer>(
    source: string,
    judge: (state: string | undefined, nowMs: number) => { readonly state: string; readonly answer: Answer },
  ): Promise<Answer> {
    const { db, nowMs } = this.#deps
    return db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('tokenStates')
        .values({ source, state: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      // Holds the row to the transaction's end, also from those who are about to read it.
      const held = await transaction
        .updateTable('tokenStates')
        .set((eb) => ({ source: eb.ref('source') }))
        .where('source', '=', source)
        .returning('state')
        .executeTakeFirstOrThrow()
      const { state, answer } = judge(held.state ?? undefined, await nowMs(transaction))
      if (state !== held.state)
        await transaction.updateTable('tokenStates').set({ state }).where('source', '=', source).execute()
      return answer
    })
  }
}
