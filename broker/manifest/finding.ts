import type { Position, XmlElement } from './xml.ts'

/** One thing about a manifest, where it is, and what to do. */
export interface ManifestFinding extends Position {
  /** Names of the elements down to it, such as `OfficeApp/Hosts`; empty where there is no such place. */
  readonly at: string
  readonly message: string
  /** Office takes a manifest with mere warnings. */
  readonly level: 'error' | 'warning'
  /** Whether the published schema says so, or Office and the admin center do beyond it. */
  readonly rule: 'schema' | 'office'
}

/** Collects findings; one for each rule keeps their order and form the same. */
export class Findings {
  readonly #rule: ManifestFinding['rule']
  readonly #findings: ManifestFinding[] = []

  constructor(rule: ManifestFinding['rule']) {
    this.#rule = rule
  }

  get all(): readonly ManifestFinding[] {
    return this.#findings
  }

  error(element: XmlElement, at: string, message: string): void {
    this.#findings.push({ ...element.position, at, message, level: 'error', rule: this.#rule })
  }

  warning(element: XmlElement, at: string, message: string): void {
    this.#findings.push({ ...element.position, at, message, level: 'warning', rule: this.#rule })
  }
}
