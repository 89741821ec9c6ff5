import { hash } from 'node:crypto'
import { BrokerError } from '../errors/broker-error.ts'
import type { JsonObject } from './json.ts'

const samples = 8
/** A source may filter after it has cut its pages, so a page may be empty; so many in a row never end. */
const maxEmptyPages = 100

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

/** Notices pages that would never end: a page or a step that comes a second time, nothing but empty ones, or too many. */
export class PageMemory {
  readonly #maxPages: number
  readonly #seen = new Set<string>()
  #pages = 0
  #emptyPages = 0

  constructor(maxPages: number) {
    this.#maxPages = maxPages
  }

  /**
   * @throws {BrokerError} `source-loop` when the same records came before (pages without any are not compared) or a hundred
   * pages in a row have none; `source-too-large` when there are too many pages
   */
  remember(records: readonly JsonObject[]): void {
    this.#pages += 1
    if (this.#pages > this.#maxPages) {
      throw new BrokerError(
        'source-too-large',
        `The source gave more than ${this.#maxPages} pages. If there are so many, raise maxPages.`,
      )
    }
    this.#emptyPages = records.length === 0 ? this.#emptyPages + 1 : 0
    if (this.#emptyPages > maxEmptyPages) {
      throw new BrokerError('source-loop', `The source gave ${maxEmptyPages} pages without records in a row.`)
    }
    if (records.length === 0) return
    this.#add(
      `page ${fingerprintPage(records)}`,
      'The source gave the same page of records twice. Does it know its paging parameter?',
    )
  }

  /** @param step what names the next page: an address, a cursor. @throws {BrokerError} `source-loop` when it came before */
  rememberStep(step: string): void {
    this.#add(`step ${hash('sha256', step, 'base64')}`, 'The source named a next page that has been read already.')
  }

  #add(mark: string, message: string): void {
    if (this.#seen.has(mark)) throw new BrokerError('source-loop', message)
    this.#seen.add(mark)
  }
}
