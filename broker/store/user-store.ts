import type { Kysely } from 'kysely'
import * as z from 'zod'
import type { GrantRecord, UserRecord } from './records.ts'
import type { GrantRow, Schema, UserRow } from './schema.ts'
import type { UserStore } from './stores.ts'

const columnNames = z.array(z.string())

/** Users and what they may read. */
export class SqlUserStore implements UserStore {
  readonly #db: Kysely<Schema>

  constructor({ db }: { readonly db: Kysely<Schema> }) {
    this.#db = db
  }

  async find(name: string): Promise<UserRecord | undefined> {
    const row = await this.#db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toUser(row)
  }

  async get(id: string): Promise<UserRecord | undefined> {
    const row = await this.#db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toUser(row)
  }

  async list(): Promise<readonly UserRecord[]> {
    const rows = await this.#db.selectFrom('users').selectAll().orderBy('name').execute()
    return rows.map(toUser)
  }

  async setActive(id: string, isActive: boolean): Promise<void> {
    await this.#db
      .updateTable('users')
      .set({ isActive: isActive ? 1 : 0 })
      .where('id', '=', id)
      .execute()
  }

  async grant({ userId, dataset, columns }: GrantRecord): Promise<boolean> {
    const row = await this.#db
      .insertInto('grants')
      .values({ userId, dataset, columns: columnsToText(columns) })
      .onConflict((conflict) =>
        conflict
          .columns(['userId', 'dataset'])
          .doUpdateSet((eb) => ({ columns: eb.ref('excluded.columns') }))
          .whereRef('grants.columns', 'is distinct from', 'excluded.columns'),
      )
      .returning('userId')
      .executeTakeFirst()
    return row !== undefined
  }

  async revoke(userId: string, dataset: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('grants')
      .where('userId', '=', userId)
      .where('dataset', '=', dataset)
      .executeTakeFirstOrThrow()
    return numDeletedRows > 0n
  }

  async findGrant(userId: string, dataset: string): Promise<GrantRecord | undefined> {
    const row = await this.#db
      .selectFrom('grants')
      .selectAll()
      .where('userId', '=', userId)
      .where('dataset', '=', dataset)
      .executeTakeFirst()
    return row && toGrant(row)
  }

  async listGrants(userId: string): Promise<readonly GrantRecord[]> {
    const rows = await this.#db
      .selectFrom('grants')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('dataset')
      .execute()
    return rows.map(toGrant)
  }
}

/** A grant's columns as the database keeps them; null: all. */
export function columnsToText(columns: readonly string[] | undefined): string | null {
  return columns === undefined ? null : JSON.stringify(columns)
}

/** A user as the rest of the broker knows it. */
export function toUser({ isActive, ...rest }: UserRow): UserRecord {
  return { ...rest, isActive: isActive === 1 }
}

function toGrant({ columns, ...rest }: GrantRow): GrantRecord {
  return { ...rest, columns: columns === null ? undefined : columnNames.parse(JSON.parse(columns)) }
}
