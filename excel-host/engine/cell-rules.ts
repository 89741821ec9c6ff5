// Conditional formats and validation rules: kept as they came, on ranges that follow their cells.
import type { Area } from './area.ts'
import { intersect, isInside } from './area.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'

/** A conditional format; what it does is not known here. */
export interface ConditionalFormat {
  readonly id: string
  readonly type: string
  readonly range: RangeRef
  stopIfTrue: boolean
  /** Rules and looks by the path of the property that set them, as `Custom.Rule.Formula`. */
  readonly properties: Map<string, unknown>
}

/** A validation rule. */
export interface Validation {
  readonly range: RangeRef
  rule: unknown
  prompt: unknown
  errorAlert: unknown
  ignoreBlanks: boolean
}

/** The rules of one workbook. */
export class CellRules {
  readonly #tracked: Set<RangeRef>
  #formats: readonly ConditionalFormat[] = []
  #validations: readonly Validation[] = []
  #next = 1

  /** Their ranges are followed as `tracked` ranges are. */
  constructor(tracked: Set<RangeRef>) {
    this.#tracked = tracked
  }

  /** The conditional formats that touch an area, the last added first, as Excel orders them. */
  formatsIn(sheet: Sheet, area: Area): readonly ConditionalFormat[] {
    return this.#formats.filter(({ range }) => touches(range, sheet, area)).toReversed()
  }

  /** Adds a conditional format. */
  addFormat(sheet: Sheet, area: Area, type: string): ConditionalFormat {
    const range = this.#follow(sheet, area)
    const id = `{00C0F0A7-0000-4000-8000-${this.#next.toString(16).padStart(12, '0').toUpperCase()}}`
    this.#next += 1
    const format = { id, type, range, stopIfTrue: false, properties: new Map<string, unknown>() }
    this.#formats = [...this.#formats, format]
    return format
  }

  /** Removes a conditional format. */
  removeFormat(format: ConditionalFormat): void {
    this.#tracked.delete(format.range)
    this.#formats = this.#formats.filter((other) => other !== format)
  }

  /** The validation rules that touch an area. */
  validationsIn(sheet: Sheet, area: Area): readonly Validation[] {
    return this.#validations.filter(({ range }) => touches(range, sheet, area))
  }

  /** The rule of exactly this area; a new one replaces those that lie inside it. */
  validationFor(sheet: Sheet, area: Area): Validation {
    const known = this.validationsIn(sheet, area).find(
      ({ range }) => isInside(range.area, area) && isInside(area, range.area),
    )
    if (known !== undefined) return known
    this.clearValidations(sheet, area)
    const range = this.#follow(sheet, area)
    const validation = { range, rule: {}, prompt: undefined, errorAlert: undefined, ignoreBlanks: true }
    this.#validations = [...this.#validations, validation]
    return validation
  }

  /** Removes the rules that lie inside an area. */
  clearValidations(sheet: Sheet, area: Area): void {
    for (const validation of this.validationsIn(sheet, area)) {
      if (!isInside(validation.range.area, area)) continue
      this.#tracked.delete(validation.range)
      this.#validations = this.#validations.filter((other) => other !== validation)
    }
  }

  #follow(sheet: Sheet, area: Area): RangeRef {
    const range = new RangeRef(sheet, area)
    range.growsWithTable = true
    this.#tracked.add(range)
    return range
  }
}

function touches(range: RangeRef, sheet: Sheet, area: Area): boolean {
  return !range.isGone && range.sheet === sheet && intersect(range.area, area) !== undefined
}
