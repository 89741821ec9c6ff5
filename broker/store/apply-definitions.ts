// What `sheetbroker apply` changes in the database, inside the one transaction that DefinitionStore opens for it.
import type { Transaction } from 'kysely'
import { BrokerError } from '../errors/broker-error.ts'
import { makeId } from '../kernel/id.ts'
import type { Random } from '../kernel/random.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Schema } from './schema.ts'
import type { AppliedChanges, AppliedDefinitions } from './stores.ts'
import { columnsToText } from './user-store.ts'

/** Members of a definition that cannot change what a pull reads; of any other, also of ones to come, we assume it. */
const besidesSourceData = ['title', 'limits', 'timeoutSeconds']
const besidesDatasetData = ['title', 'description', 'freshnessSeconds', 'schedule', 'maxPages', 'maxRows']
/** And of what it says of a column. */
const besidesColumnData = ['format', 'currency']
/** The next pull reads everything. */
const unread = { readFromMs: 0, fullReadAtMs: 0 }

type Outcome = 'added' | 'changed' | 'unchanged'

interface Deps {
  readonly transaction: Transaction<Schema>
  readonly random: Random
  /** The URLs that a source's secret belongs to. */
  readonly endpointsOf: (definition: string) => string
}

/** One apply: compares by value, so that the same file twice changes nothing, and remembers what it did. */
export class DefinitionApplication {
  readonly #deps: Deps
  readonly #changes = {
    added: [] as string[],
    changed: [] as string[],
    unchanged: [] as string[],
    secretsCleared: [] as string[],
  }

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async run({ sources, datasets, users, grants }: AppliedDefinitions): Promise<AppliedChanges> {
    await this.#holdDefinitions()
    for (const source of sources) this.#note(await this.#applySource(source), `source ${source.name}`)
    for (const dataset of datasets) this.#note(await this.#applyDataset(dataset), `dataset ${dataset.name}`)
    for (const user of users) this.#note(await this.#applyUser(user), `user ${user.name}`)
    for (const grant of grants) this.#note(await this.#applyGrant(grant), `grant ${grant.user} -> ${grant.dataset}`)
    return this.#changes
  }

  #note(outcome: Outcome, what: string): void {
    this.#changes[outcome].push(what)
  }

  /** Of two files applied at once, the second one compares with what the first one left. */
  async #holdDefinitions(): Promise<void> {
    await this.#deps.transaction
      .updateTable('locks')
      .set((eb) => ({ name: eb.ref('name') }))
      .where('name', '=', 'definitions')
      .execute()
  }

  async #applySource({ name, definition }: AppliedDefinitions['sources'][number]): Promise<Outcome> {
    const { transaction, endpointsOf } = this.#deps
    const old = await transaction.selectFrom('sources').selectAll().where('name', '=', name).executeTakeFirst()
    if (!old) {
      await transaction.insertInto('sources').values({ name, definition }).execute()
      return 'added'
    }
    if (canonicalJson(old.definition) === canonicalJson(definition)) return 'unchanged'
    if (!isSameWithout(besidesSourceData, old.definition, definition)) {
      const datasets = await transaction.selectFrom('datasets').select('name').where('source', '=', name).execute()
      for (const dataset of datasets) await this.#startPullAgain(dataset.name)
      await transaction.updateTable('datasets').set(unread).where('source', '=', name).execute()
    }
    await transaction.updateTable('sources').set({ definition }).where('name', '=', name).execute()
    if (endpointsOf(old.definition) !== endpointsOf(definition)) await this.#clearSecret(name)
    return 'changed'
  }

  /** A secret is never sent anywhere but where it was given for. */
  async #clearSecret(source: string): Promise<void> {
    const { numDeletedRows } = await this.#deps.transaction
      .deleteFrom('secrets')
      .where('source', '=', source)
      .executeTakeFirstOrThrow()
    if (numDeletedRows > 0n) this.#changes.secretsCleared.push(source)
  }

  async #applyDataset({ name, source, definition }: AppliedDefinitions['datasets'][number]): Promise<Outcome> {
    const { transaction } = this.#deps
    const old = await transaction.selectFrom('datasets').selectAll().where('name', '=', name).executeTakeFirst()
    if (!old) {
      const empty = { columns: '[]', revision: 0, rows: 0, pulledAtMs: 0, ...unread }
      await transaction
        .insertInto('datasets')
        .values({ name, source, definition, ...empty })
        .execute()
      return 'added'
    }
    if (old.source === source && canonicalJson(old.definition) === canonicalJson(definition)) return 'unchanged'
    const isSameData = old.source === source && isSameTable(old.definition, definition)
    if (!isSameData) await this.#startPullAgain(name)
    await transaction
      .updateTable('datasets')
      .set({ source, definition, ...(isSameData ? {} : { columns: '[]', ...unread }) })
      .where('name', '=', name)
      .execute()
    return 'changed'
  }

  /**
   * A pull under way reads by a definition that no longer holds. Back in the queue, its holder loses it and whoever takes it next
   * reads by the new one. Pull before dataset, as `PullStore.complete` has it, so that the two never wait for each other.
   */
  async #startPullAgain(dataset: string): Promise<void> {
    await this.#deps.transaction
      .updateTable('pulls')
      .set({ state: 'queued', owner: null, leaseUntilMs: 0, attempts: 0 })
      .where('dataset', '=', dataset)
      .where('state', '=', 'running')
      .execute()
  }

  async #applyUser({ name, displayName }: AppliedDefinitions['users'][number]): Promise<Outcome> {
    const { transaction, random } = this.#deps
    const old = await transaction.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    if (!old) {
      await transaction
        .insertInto('users')
        .values({ id: makeId(random), name, displayName, isActive: 1 })
        .execute()
      return 'added'
    }
    if (old.displayName === displayName) return 'unchanged'
    await transaction.updateTable('users').set({ displayName }).where('id', '=', old.id).execute()
    return 'changed'
  }

  async #applyGrant({ user, dataset, columns }: AppliedDefinitions['grants'][number]): Promise<Outcome> {
    const { transaction } = this.#deps
    const { id: userId } = await transaction
      .selectFrom('users')
      .select('id')
      .where('name', '=', user)
      .executeTakeFirstOrThrow(() => new BrokerError('definition-invalid', `There is no user ${user}.`))
    const granted = { userId, dataset, columns: columnsToText(columns) }
    const old = await transaction
      .selectFrom('grants')
      .select('columns')
      .where('userId', '=', userId)
      .where('dataset', '=', dataset)
      .executeTakeFirst()
    if (old?.columns === granted.columns) return 'unchanged'
    await transaction
      .insertInto('grants')
      .values(granted)
      .onConflict((conflict) => conflict.columns(['userId', 'dataset']).doUpdateSet({ columns: granted.columns }))
      .execute()
    return old ? 'changed' : 'added'
  }
}

/** Whether both read the same table, however it may be called or shown. */
function isSameTable(one: string, other: string): boolean {
  return isSameWithout(besidesDatasetData, withoutFormats(one), withoutFormats(other))
}

/** A definition without what it says of how columns are shown. */
function withoutFormats(definition: string): string {
  const { columns = {}, ...rest } = JSON.parse(definition) as { readonly columns?: Readonly<Record<string, object>> }
  const rules = Object.entries(columns).flatMap(([name, rule]) => {
    const members = Object.entries(rule).filter(([member]) => !besidesColumnData.includes(member))
    return members.length === 0 ? [] : [[name, Object.fromEntries(members)] as const]
  })
  return JSON.stringify({ ...rest, columns: Object.fromEntries(rules) })
}

function isSameWithout(omitted: readonly string[], one: string, other: string): boolean {
  return canonicalJson(one, omitted) === canonicalJson(other, omitted)
}
