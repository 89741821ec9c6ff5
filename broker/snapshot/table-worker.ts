// A thread that makes the table of one pull, so that reading the source and writing its rows each have a core.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { BrokerError } from '../errors/broker-error.ts'
import { freeBuffer } from '../kernel/free-buffer.ts'
import { Secret } from '../kernel/secret.ts'
import { unpackBatch } from './row-batch.ts'
import { TableMaker } from './table-maker.ts'
import type { TableAnswer, TableFailure, TableRequest, TableResults, TableWorkerData } from './table-messages.ts'

/** The writer ends the thread when nobody wants the table any more. */
const never = new AbortController().signal

function serve(port: MessagePort, { order, dataKey }: TableWorkerData): void {
  let maker: TableMaker | undefined
  let failure: TableFailure | undefined
  const answer = async (request: TableRequest): Promise<TableResults[TableRequest['kind']]> => {
    maker ??= new TableMaker(order, new Secret(dataKey))
    switch (request.kind) {
      case 'add':
        maker.add(unpackBatch(request.packed), request.packed)
        freeBuffer(request.packed)
        return undefined
      case 'kinds':
        return maker.seenKinds()
      case 'finish':
        return maker.finish(request.columns, request.createdAtMs, never)
    }
  }
  let before = Promise.resolve()
  port.on('message', (request: TableRequest) => {
    before = before.then(async () => {
      try {
        // After a failure the table is not whole: whatever else is asked fails as well.
        if (!failure) port.postMessage({ result: await answer(request) } satisfies TableAnswer)
      } catch (error) {
        failure = toFailure(error)
        maker?.close()
      }
      if (failure) port.postMessage({ failure } satisfies TableAnswer)
    })
  })
}

function toFailure(error: unknown): TableFailure {
  if (error instanceof BrokerError)
    return { code: error.code, message: error.message, details: error.details, stack: undefined }
  const { message, stack } = error instanceof Error ? error : new Error('unknown')
  return { code: undefined, message, details: [], stack }
}

if (parentPort) serve(parentPort, workerData as TableWorkerData)
