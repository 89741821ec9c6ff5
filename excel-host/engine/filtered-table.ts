import { HostError } from './host-error.ts'
import type { Table } from './sheet.ts'

/** Excel moves no part of a filtered table's rows up or down: only whole rows of the sheet may come and go. */
export function refuseShiftOfFiltered(table: Table): void {
  if (table.filters.length === 0) return
  throw new HostError(
    'GeneralException',
    'This operation is not allowed. The operation is attempting to shift cells in a filtered range or table.',
  )
}
