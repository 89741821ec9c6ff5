import { createCipheriv, createDecipheriv } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

const algorithm = 'aes-256-gcm'
const tagBytes = 16
const lengthBytes = 4

/**
 * Pieces of bytes in a file, written and read in order by one process, which alone has the key: what a dead one leaves behind is noise.
 * Much quicker than a database for what is only ever added at the end.
 */
export class SealedPieces {
  readonly #file: number
  readonly #key: Uint8Array
  #count = 0
  #bytes = 0
  #isClosed = false

  private constructor(file: number, key: Uint8Array) {
    this.#file = file
    this.#key = key
  }

  /** A new, empty file at `path`, which fails when there is one. `key` has 32 bytes that are used for nothing else, not even another file. */
  static create(path: string, key: Uint8Array): SealedPieces {
    return new SealedPieces(openSync(path, 'wx+', 0o600), key)
  }

  add(bytes: Uint8Array): void {
    const cipher = createCipheriv(algorithm, this.#key, nonceOf(this.#count))
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(bytes.length)
    for (const part of [length, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]) this.#write(part)
    this.#count += 1
  }

  /** Every piece in the order of `add`. Throws when the file is not as it was written. */
  *read(): Generator<Buffer> {
    let position = 0
    const take = (length: number): Buffer => {
      const bytes = Buffer.allocUnsafe(length)
      for (let done = 0; done < length;) {
        const read = readSync(this.#file, bytes, done, length - done, position + done)
        if (read === 0) throw new Error('The file has been cut off.')
        done += read
      }
      position += length
      return bytes
    }
    for (let index = 0; index < this.#count; index += 1) {
      const sealed = take(take(lengthBytes).readUInt32LE())
      const cipher = createDecipheriv(algorithm, this.#key, nonceOf(index)).setAuthTag(take(tagBytes))
      yield Buffer.concat([cipher.update(sealed), cipher.final()])
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    closeSync(this.#file)
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const written = writeSync(this.#file, bytes, done, bytes.length - done, this.#bytes)
      done += written
      this.#bytes += written
    }
  }
}

/** No two pieces of a key share one. */
function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntLE(index, 0, 6)
  return nonce
}
