import { destination, pino, stdSerializers } from 'pino'

/** Events with fields. Never a token, a cookie, a key or a row's content. */
export interface Log {
  /** Someone must act now. */
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
  /** It healed itself. */
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  /** State changed. */
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
}

export type LogLevel = 'error' | 'warn' | 'info' | 'silent'

/** A log that writes one JSON line an event to standard error; `process` names the writer (web, egress, cli). */
export function createLog(level: LogLevel, process: string): Log {
  const logger = pino({ level, base: { process }, serializers: { cause: stdSerializers.errWithCause } }, destination(2))
  return {
    error: (event, fields) => logger.error(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
  }
}

/** A log that keeps silent, for tests and short commands. */
export const silentLog: Log = { error: () => undefined, warn: () => undefined, info: () => undefined }
