import { hash } from 'node:crypto'
import { BrokerError } from '../errors/broker-error.ts'
import type { JsonObject } from './json.ts'

const samples = 8

/**
 * A short text that two pages share only when they are the same page: made of the number of records and up to eight of
 * them, spread evenly. Not of the whole body: that often names its page or the time, and printing every record again
 * would cost half as much as parsing it.
 */
export function fingerprintPage(records: readonly JsonObject[]): string {
  const step = Math.max(1, (records.length - 1) / (samples - 1))
  const chosen = new Set<number>()
  for (let at = 0; at < records.length; at += step) chosen.add(Math.round(at))
  return hash('sha256', JSON.stringify([records.length, ...[...chosen].map((at) => records[at])]), 'base64')
}

/** Notices a page or an address that comes a second time. */
export class PageMemory {
  readonly #seen = new Set<string>()

  /** @throws {BrokerError} `source-loop` when the same records came before; pages without records are not compared */
  remember(records: readonly JsonObject[]): void {
    if (records.length === 0) return
    this.#add(
      fingerprintPage(records),
      'The source gave the same page of records twice. Does it know its paging parameter?',
    )
  }

  /** @throws {BrokerError} `source-loop` when the address came before */
  rememberUrl(url: URL): void {
    this.#add(hash('sha256', url.href, 'base64'), 'The source named a next page that has been read already.')
  }

  #add(mark: string, message: string): void {
    if (this.#seen.has(mark)) throw new BrokerError('source-loop', message)
    this.#seen.add(mark)
  }
}
