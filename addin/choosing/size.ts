// How large a table would be, and whether it fits.
import { mostSheetColumns, mostSheetRows, type Place } from '../workbook.ts'
import { formatColumn, formatPlace } from './place.ts'

/** From here on Excel and refreshes are slow enough to say so. */
export const manyRows = 100_000

export interface WantedSize {
  /** Rows that the filter finds. */
  readonly found: number
  readonly top: number | undefined
  readonly columns: number
  /** Where the table shall begin; undefined for a new sheet, or a table that is there already. */
  readonly place: Place | undefined
}

export type SizeFinding =
  /** More rows than any sheet has. */
  | { readonly kind: 'too-many-rows'; readonly rows: number; readonly most: number }
  /** More rows than there are below the place; a new sheet would do. */
  | { readonly kind: 'too-low'; readonly rows: number; readonly most: number; readonly place: string }
  | { readonly kind: 'too-wide'; readonly columns: number; readonly most: number; readonly from: string }
  | { readonly kind: 'slow'; readonly rows: number }
  /** The row limit leaves rows out. */
  | { readonly kind: 'cut'; readonly rows: number; readonly found: number }
  | { readonly kind: 'no-rows' }

/** What the user is to know of the size, what forbids it first. */
export function examineSize({ found, top, columns, place }: WantedSize): readonly SizeFinding[] {
  const rows = Math.min(found, top ?? found)
  const findings: SizeFinding[] = []
  const most = mostSheetRows - 1
  const mostHere = most - (place?.row ?? 0)
  const mostColumns = mostSheetColumns - (place?.column ?? 0)
  if (rows > most) findings.push({ kind: 'too-many-rows', rows, most })
  else if (place && rows > mostHere) {
    findings.push({ kind: 'too-low', rows, most: Math.max(mostHere, 0), place: formatPlace(place) })
  } else if (rows > manyRows) findings.push({ kind: 'slow', rows })
  if (columns > mostColumns)
    findings.push({ kind: 'too-wide', columns, most: mostColumns, from: formatColumn(place?.column ?? 0) })
  if (rows < found) findings.push({ kind: 'cut', rows, found })
  if (found === 0) findings.push({ kind: 'no-rows' })
  return findings
}

/** Whether the finding means that the table cannot be made. */
export function forbids({ kind }: SizeFinding): boolean {
  return kind === 'too-many-rows' || kind === 'too-low' || kind === 'too-wide'
}
