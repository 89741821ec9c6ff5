/** The sheet is not what the delta builds on; the whole dataset is needed. */
export class ComparisonNeeded extends Error {}

/** @throws {ComparisonNeeded} always */
export function needComparison(): never {
  throw new ComparisonNeeded()
}
