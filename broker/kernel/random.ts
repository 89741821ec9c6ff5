/** Chance as the code may know it. The system's own is in `system.ts`. */
export interface Random {
  /** `length` bytes, fit for secrets. */
  bytes(length: number): Uint8Array
  /** A number from 0 (included) to 1 (excluded), for jitter; not for secrets. */
  fraction(): number
}
