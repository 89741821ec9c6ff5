import { BrokerError } from '../errors/broker-error.ts'
import type { DatasetRecord } from '../store/records.ts'
import type { DefinitionStore, UserStore } from '../store/stores.ts'

/** A dataset that a user may read, and how much of it. */
export interface ReadableDataset {
  readonly dataset: DatasetRecord
  /** undefined: all columns. */
  readonly columns: readonly string[] | undefined
}

/** Who may read what. Grants are looked up every time, so one that is taken back is gone with the next request. */
export class Access {
  readonly #users: UserStore
  readonly #definitions: DefinitionStore

  constructor(deps: { readonly users: UserStore; readonly definitions: DefinitionStore }) {
    this.#users = deps.users
    this.#definitions = deps.definitions
  }

  /**
   * What `userId` may read of the dataset called `name`.
   *
   * @throws {BrokerError} `dataset-unknown`, the same for a dataset that does not exist and for one that is not granted
   */
  async authorise(userId: string, name: string): Promise<ReadableDataset> {
    const [grant, dataset] = await Promise.all([
      this.#users.findGrant(userId, name),
      this.#definitions.findDataset(name),
    ])
    if (!grant || !dataset)
      throw new BrokerError('dataset-unknown', 'Check the name, or ask an administrator for access.')
    return { dataset, columns: grant.columns }
  }

  /** Every dataset that `userId` may read, by name. */
  async listReadable(userId: string): Promise<readonly ReadableDataset[]> {
    const [grants, datasets] = await Promise.all([this.#users.listGrants(userId), this.#definitions.listDatasets()])
    const granted = new Map(grants.map((grant) => [grant.dataset, grant]))
    return datasets
      .flatMap((dataset) => {
        const grant = granted.get(dataset.name)
        return grant ? [{ dataset, columns: grant.columns }] : []
      })
      .toSorted((a, b) => a.dataset.name.localeCompare(b.dataset.name, 'en'))
  }
}
