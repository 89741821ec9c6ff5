// Slices of a long list of rows, by the bytes they will take on the way to Excel.
import type { SheetValue } from './cells.ts'
import { WorkbookError } from './workbook-error.ts'

/** Excel on the web takes five megabytes; what a request has besides its cells needs a little. */
const mostChunkBytes = 4_800_000
const leastChunkBytes = 2_000
/** A request that takes longer is made smaller the next time: Excel does nothing else meanwhile, and the pane would call it silent. */
const longestSendMs = 4_000

/** About how many bytes the row takes in a request: it is JSON inside JSON, so its quotes and escapes count twice. */
export function rowBytes(row: readonly SheetValue[]): number {
  let bytes = 2
  for (const value of row) {
    if (typeof value !== 'string') bytes += String(value).length + 1
    else bytes += textBytes(value) + 5
  }
  return bytes
}

function textBytes(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) bytes += 2
    else if (code === 0x22 || code === 0x5c || code < 0x20) bytes += 3
  }
  return bytes
}

/**
 * Sends items in order, as many at once as fit the host: each wait for an answer costs more than the bytes. Halves what it sends whenever
 * the host says that it was too much, and sends less where it is slow. `send` gets the index of the first item and how many.
 *
 * @throws {WorkbookError} `too-large` when even a single item is too much
 */
export async function sendInChunks(
  sizes: readonly number[],
  send: (first: number, count: number) => Promise<void>,
): Promise<void> {
  let mostBytes = mostChunkBytes
  for (let first = 0; first < sizes.length;) {
    const count = countFitting(sizes, first, mostBytes)
    const startMs = performance.now()
    try {
      await send(first, count)
      first += count
      const tookMs = performance.now() - startMs
      if (tookMs > longestSendMs) mostBytes = Math.max(leastChunkBytes, (mostBytes * longestSendMs) / tookMs)
    } catch (error) {
      const isTooLarge = error instanceof WorkbookError && error.kind === 'too-large'
      if (!isTooLarge || count === 1 || mostBytes <= leastChunkBytes) throw error
      mostBytes = Math.max(leastChunkBytes, Math.floor(mostBytes / 2))
    }
  }
}

function countFitting(sizes: readonly number[], first: number, mostBytes: number): number {
  let bytes = 0
  let count = 0
  for (let index = first; index < sizes.length; index += 1) {
    bytes += sizes[index] ?? 0
    if (count > 0 && bytes > mostBytes) break
    count += 1
  }
  return count
}
