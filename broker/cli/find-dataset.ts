import { BrokerError } from '../errors/broker-error.ts'
import type { DatasetRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'

/** @throws {BrokerError} `not-found` */
export async function findDataset(stores: Stores, name: string): Promise<DatasetRecord> {
  const dataset = await stores.definitions.findDataset(name)
  if (!dataset)
    throw new BrokerError('not-found', `There is no dataset ${name}; npx sheetbroker apply defines datasets.`)
  return dataset
}
