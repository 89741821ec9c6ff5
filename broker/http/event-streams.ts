import type { Response } from 'express'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'

const heartbeatMs = 15_000
const mostPerKey = 20

/** One answer of server-sent events. */
export interface EventStream {
  send(event: string, data: unknown): void
  end(): void
}

/**
 * The answers that stay open. A comment every 15 s keeps proxies from closing them, and is when `recheck` decides whether the reader
 * may go on.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStreams {
  readonly #clock: Clock
  readonly #open = new Map<EventStream, string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Starts a stream; `key` is whose it is.
   *
   * @throws {BrokerError} `rate-limited` when `key` has too many already
   */
  open(response: Response, options: { key: string; recheck: () => Promise<void> }): EventStream {
    if ([...this.#open.values()].filter((key) => key === options.key).length >= mostPerKey)
      throw new BrokerError('rate-limited', 'Close an event stream first.', { retryAfterMs: heartbeatMs })
    const beat = new AbortController()
    const stream: EventStream = {
      send: (event, data) => {
        if (!response.writableEnded) response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      },
      end: () => {
        if (!response.writableEnded) response.end()
      },
    }
    this.#open.set(stream, options.key)
    response.once('close', () => {
      beat.abort()
      this.#open.delete(stream)
    })
    response.status(200)
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    // Some proxies would otherwise hold events back until there are enough of them.
    response.setHeader('X-Accel-Buffering', 'no')
    response.flushHeaders()
    void this.#beat(response, { recheck: options.recheck, signal: beat.signal })
    return stream
  }

  /** Ends every stream; readers then ask instead. */
  endAll(): void {
    for (const stream of [...this.#open.keys()]) stream.end()
  }

  async #beat(response: Response, options: { recheck: () => Promise<void>; signal: AbortSignal }): Promise<void> {
    try {
      for (;;) {
        await this.#clock.wait(heartbeatMs, options.signal)
        await options.recheck()
        response.write(': still here\n\n')
      }
    } catch {
      // The client went away, or may not read on: either way this answer is over.
      if (!response.writableEnded) response.end()
    }
  }
}
