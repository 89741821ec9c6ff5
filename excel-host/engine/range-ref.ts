import type { Area } from './area.ts'
import type { Sheet } from './sheet.ts'

/** A range an add-in holds. While tracked it follows its cells when others are inserted or deleted. */
export class RangeRef {
  readonly sheet: Sheet
  area: Area
  /** Whether it takes in rows that a table gets whose whole column it covers, as names and rules do. */
  growsWithTable = false
  /** True once its cells were deleted. */
  isGone = false

  constructor(sheet: Sheet, area: Area) {
    this.sheet = sheet
    this.area = area
  }
}
