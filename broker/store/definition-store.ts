import type { Kysely } from 'kysely'
import type { Random } from '../kernel/random.ts'
import { DefinitionApplication } from './apply-definitions.ts'
import type { DatasetRecord, SourceRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { AppliedChanges, AppliedDefinitions, DefinitionStore } from './stores.ts'

interface Deps {
  readonly db: Kysely<Schema>
  /** For the ids of new users. */
  readonly random: Random
}

/** Sources and datasets, as definition files last said them. */
export class SqlDefinitionStore implements DefinitionStore {
  readonly #db: Kysely<Schema>
  readonly #random: Random

  constructor({ db, random }: Deps) {
    this.#db = db
    this.#random = random
  }

  apply(definitions: AppliedDefinitions, endpointsOf: (definition: string) => string): Promise<AppliedChanges> {
    return this.#db
      .transaction()
      .execute((transaction) =>
        new DefinitionApplication({ transaction, random: this.#random, endpointsOf }).run(definitions),
      )
  }

  findSource(name: string): Promise<SourceRecord | undefined> {
    return this.#db.selectFrom('sources').selectAll().where('name', '=', name).executeTakeFirst()
  }

  listSources(): Promise<readonly SourceRecord[]> {
    return this.#db.selectFrom('sources').selectAll().orderBy('name').execute()
  }

  findDataset(name: string): Promise<DatasetRecord | undefined> {
    return this.#db.selectFrom('datasets').selectAll().where('name', '=', name).executeTakeFirst()
  }

  listDatasets(): Promise<readonly DatasetRecord[]> {
    return this.#db.selectFrom('datasets').selectAll().orderBy('name').execute()
  }
}
