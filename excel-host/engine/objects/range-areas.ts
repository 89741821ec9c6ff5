// Several ranges of a sheet as one object.
import { formatAddress } from '../area.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { RangeRef } from '../range-ref.ts'
import type { Workbook } from '../workbook.ts'

type MakeRange = (workbook: Workbook, range: RangeRef) => HostObject

interface Areas {
  readonly ranges: readonly RangeRef[]
  readonly make: MakeRange
}

const areasType: TypeDefinition<Areas> = {
  name: 'RangeAreas',
  scalars: {
    Address: ({ ranges }) => ranges.map(({ sheet, area }) => formatAddress(sheet.name, area)).join(','),
    AreaCount: ({ ranges }) => ranges.length,
    CellCount: ({ ranges }) => ranges.reduce((count, { area }) => count + area.rowCount * area.columnCount, 0),
  },
  children: { Areas: (areas, workbook) => hostObject(collectionType, areas, workbook) },
}

const collectionType: TypeDefinition<Areas> = {
  name: 'RangeCollection',
  items: ({ ranges, make }, workbook) => ranges.map((range) => make(workbook, range)),
}

/** The object of some ranges of one sheet; `make` wraps each of them. */
export function rangeAreasObject(workbook: Workbook, ranges: readonly RangeRef[], make: MakeRange): HostObject {
  return hostObject(areasType, { ranges, make }, workbook)
}
