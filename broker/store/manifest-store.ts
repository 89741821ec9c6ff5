import type { Kysely } from 'kysely'
import type { IssuedManifestRecord } from './records.ts'
import type { IssuedManifestRow, Schema } from './schema.ts'
import type { ManifestStore } from './stores.ts'

/** What was given out last of each form of the manifest. */
export class SqlManifestStore implements ManifestStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async change(
    form: string,
    judge: (last: IssuedManifestRecord | undefined) => IssuedManifestRecord,
  ): Promise<IssuedManifestRecord> {
    const seen = await this.#db.selectFrom('issuedManifests').selectAll().where('form', '=', form).executeTakeFirst()
    const last = toRecord(seen)
    // Nearly always nothing is new, and then nobody need wait for anybody.
    if (last && isSame(judge(last), last)) return last
    return await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('issuedManifests')
        .values({ form, digest: null, version: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      // Holds the row to the transaction's end, also from those who are about to read it.
      const held = await transaction
        .updateTable('issuedManifests')
        .set((eb) => ({ form: eb.ref('form') }))
        .where('form', '=', form)
        .returningAll()
        .executeTakeFirstOrThrow()
      const { digest, version } = judge(toRecord(held))
      await transaction.updateTable('issuedManifests').set({ digest, version }).where('form', '=', form).execute()
      return { digest, version }
    })
  }
}

function toRecord(row: IssuedManifestRow | undefined): IssuedManifestRecord | undefined {
  const { digest, version } = row ?? {}
  return typeof digest === 'string' && typeof version === 'string' ? { digest, version } : undefined
}

function isSame(one: IssuedManifestRecord, other: IssuedManifestRecord): boolean {
  return one.digest === other.digest && one.version === other.version
}
