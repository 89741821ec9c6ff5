// What was given out of the manifest, kept in the data directory where there is no state database yet.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { BrokerError } from './errors/broker-error.ts'
import type { IssuedManifest } from './manifest/manifest-version.ts'
import type { ManifestStore } from './store/stores.ts'

const remembered = z.record(
  z.string(),
  z.object({ digest: z.string(), version: z.string().regex(/^\d+(?:\.\d+){3}$/) }),
)

/** A file that remembers what was given out, for one process at a time. */
export class ManifestFile implements ManifestStore {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** What was given out last; undefined when nothing was, or the file cannot be read. */
  find(form: string): IssuedManifest | undefined {
    return this.#read()[form]
  }

  change(form: string, judge: (last: IssuedManifest | undefined) => IssuedManifest): Promise<IssuedManifest> {
    const all = this.#read()
    const issued = judge(all[form])
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      const draft = `${this.#path}.new`
      writeFileSync(draft, `${JSON.stringify({ ...all, [form]: issued }, undefined, 2)}\n`, { mode: 0o600 })
      renameSync(draft, this.#path)
    } catch (cause) {
      const text = 'The data directory cannot be written, so nothing would remember this version: use --previous FILE.'
      throw new BrokerError('request-invalid', text, { cause })
    }
    return Promise.resolve(issued)
  }

  #read(): Readonly<Record<string, IssuedManifest>> {
    try {
      return remembered.parse(JSON.parse(readFileSync(this.#path, 'utf8')))
    } catch {
      // A memory that is not there or was damaged only lets a version rise less than it might.
      return {}
    }
  }
}
