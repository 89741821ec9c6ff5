// Protection of a sheet or of the workbook's structure, and what it still allows.
import { accessDenied, invalidArgument } from './host-error.ts'

/** What a protected sheet still allows; all else is refused. */
export interface ProtectionOptions {
  readonly allowAutoFilter: boolean
  readonly allowDeleteColumns: boolean
  readonly allowDeleteRows: boolean
  readonly allowEditObjects: boolean
  readonly allowEditScenarios: boolean
  readonly allowFormatCells: boolean
  readonly allowFormatColumns: boolean
  readonly allowFormatRows: boolean
  readonly allowInsertColumns: boolean
  readonly allowInsertHyperlinks: boolean
  readonly allowInsertRows: boolean
  readonly allowPivotTables: boolean
  readonly allowSort: boolean
  readonly selectionMode: string
}

type Flag = Exclude<keyof ProtectionOptions, 'selectionMode'>

const NOTHING_ALLOWED: ProtectionOptions = {
  allowAutoFilter: false,
  allowDeleteColumns: false,
  allowDeleteRows: false,
  allowEditObjects: false,
  allowEditScenarios: false,
  allowFormatCells: false,
  allowFormatColumns: false,
  allowFormatRows: false,
  allowInsertColumns: false,
  allowInsertHyperlinks: false,
  allowInsertRows: false,
  allowPivotTables: false,
  allowSort: false,
  selectionMode: 'Normal',
}

/** The protection of a sheet or of the workbook's structure. */
export class Protection {
  #password: string | undefined
  #options: ProtectionOptions | undefined

  /** Whether it is on. */
  get isOn(): boolean {
    return this.#options !== undefined
  }

  /** What is allowed while it is on. */
  get options(): ProtectionOptions {
    return this.#options ?? NOTHING_ALLOWED
  }

  /** Becomes as another protection is. */
  copyFrom(other: Protection): void {
    this.#options = other.#options
    this.#password = other.#password
  }

  /** @throws {HostError} `AccessDenied` when it is on already, `InvalidArgument` for unknown options. */
  protect(options: unknown, password: string | undefined): void {
    if (this.isOn) throw accessDenied()
    this.#options = readOptions(options)
    this.#password = password === '' ? undefined : password
  }

  /** @throws {HostError} `InvalidArgument` for a wrong password; nothing happens when it is off. */
  unprotect(password: string | undefined): void {
    if (this.isOn && this.#password !== undefined && password !== this.#password) {
      throw invalidArgument('The password you supplied is not correct.')
    }
    this.#options = undefined
    this.#password = undefined
  }

  /** @throws {HostError} `AccessDenied` when it is on and does not allow this. */
  refuseUnless(flag: Flag | undefined): void {
    if (this.isOn && (flag === undefined || !this.options[flag])) throw accessDenied()
  }
}

function readOptions(options: unknown): ProtectionOptions {
  if (options === undefined || options === null) return NOTHING_ALLOWED
  if (typeof options !== 'object') throw invalidArgument()
  const entries = Object.entries(options).map(([name, value]): [string, unknown] => {
    const key = name.slice(0, 1).toLowerCase() + name.slice(1)
    if (!Object.hasOwn(NOTHING_ALLOWED, key)) throw invalidArgument()
    return [key, value]
  })
  return { ...NOTHING_ALLOWED, ...Object.fromEntries(entries) }
}
