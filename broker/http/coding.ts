// Which compression an answer goes out in.
import type { Request } from 'express'

/** The codings that the broker can make, the best first. RFC 9110 section 8.4.1 */
const codings = ['br', 'gzip'] as const

export type Coding = (typeof codings)[number]

/** Below it, compressing costs more than it saves. */
const worthBytes = 1_024

/** The best coding that the client takes; undefined where a body of so many bytes is better sent as it is. */
export function chooseCoding(request: Request, bytes: number): Coding | undefined {
  if (bytes < worthBytes) return undefined
  return codings.find((coding) => request.acceptsEncodings(coding) === coding)
}
