import { BrokerError } from '../errors/broker-error.ts'
import { hasCode } from '../kernel/error-code.ts'

/** What to tell of a file that an option names and that cannot be read. */
export function unreadable(code: 'definition-invalid' | 'request-invalid', file: string, cause: unknown): BrokerError {
  const isGone = hasCode(cause, 'ENOENT')
  const text = isGone ? `There is no file ${file}.` : `This user cannot read the file ${file}.`
  return new BrokerError(code, text, { cause })
}
