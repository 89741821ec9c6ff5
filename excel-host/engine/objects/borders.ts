// `range.format.borders`: a border of a range belongs to the cells at that edge.
import type { Area } from '../area.ts'
import { lastColumn, lastRow } from '../area.ts'
import { foundOrThrow, invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject, textValue } from '../host-object.ts'
import type { RangeRef } from '../range-ref.ts'
import type { Border, Style } from '../style.ts'
import { NO_BORDER } from '../style.ts'
import type { Workbook } from '../workbook.ts'

type Side = 'borderTop' | 'borderBottom' | 'borderLeft' | 'borderRight'

interface Edge {
  readonly name: string
  readonly side: Side
  /** The cells of a range that have it; undefined when there are none. */
  readonly cells: (area: Area) => Area | undefined
}

const EDGES: readonly Edge[] = [
  { name: 'EdgeTop', side: 'borderTop', cells: (area) => ({ ...area, rowCount: 1 }) },
  { name: 'EdgeBottom', side: 'borderBottom', cells: (area) => ({ ...area, row: lastRow(area), rowCount: 1 }) },
  { name: 'EdgeLeft', side: 'borderLeft', cells: (area) => ({ ...area, columnCount: 1 }) },
  { name: 'EdgeRight', side: 'borderRight', cells: (area) => ({ ...area, column: lastColumn(area), columnCount: 1 }) },
  {
    name: 'InsideHorizontal',
    side: 'borderBottom',
    cells: (area) => (area.rowCount > 1 ? { ...area, rowCount: area.rowCount - 1 } : undefined),
  },
  {
    name: 'InsideVertical',
    side: 'borderRight',
    cells: (area) => (area.columnCount > 1 ? { ...area, columnCount: area.columnCount - 1 } : undefined),
  },
]

interface EdgeTarget {
  readonly range: RangeRef
  readonly edge: Edge
}

function readBorder({ range, edge }: EdgeTarget, workbook: Workbook): Border {
  const cells = edge.cells(range.area)
  if (cells === undefined) return NO_BORDER
  return workbook.styles.get(range.sheet.grid.style(cells.row, cells.column))[edge.side]
}

function writeBorder({ range, edge }: EdgeTarget, workbook: Workbook, change: Partial<Border>): void {
  range.sheet.protection.refuseUnless('allowFormatCells')
  const cells = edge.cells(range.area)
  if (cells === undefined) return
  range.sheet.grid.mapStyles(cells, (number) => {
    const border = { ...workbook.styles.get(number)[edge.side], ...change }
    // A colour or weight alone draws a line, as in Excel.
    const drawn = change.style === undefined && border.style === 'None' ? { ...border, style: 'Continuous' } : border
    const side: Partial<Style> = { [edge.side]: drawn.style === 'None' ? NO_BORDER : drawn }
    return workbook.styles.derive(number, side)
  })
  workbook.countFormats(range.sheet, cells)
}

const borderType: TypeDefinition<EdgeTarget> = {
  name: 'RangeBorder',
  identity: ({ edge }) => ({ SideIndex: edge.name }),
  scalars: {
    SideIndex: ({ edge }) => edge.name,
    Style: (target, workbook) => readBorder(target, workbook).style,
    Weight: (target, workbook) => readBorder(target, workbook).weight,
    Color: (target, workbook) => readBorder(target, workbook).color,
  },
  setters: {
    Style: (target, value, workbook) => writeBorder(target, workbook, { style: textValue(value) }),
    Weight: (target, value, workbook) => writeBorder(target, workbook, { weight: textValue(value) }),
    Color: (target, value, workbook) => {
      const color = textValue(value)
      if (!/^#[0-9a-f]{6}$/i.test(color)) throw invalidArgument()
      writeBorder(target, workbook, { color: color.toUpperCase() })
    },
  },
}

function borderObject(workbook: Workbook, range: RangeRef, edge: Edge): HostObject {
  return hostObject(borderType, { range, edge }, workbook)
}

const bordersType: TypeDefinition<RangeRef> = {
  name: 'RangeBorderCollection',
  scalars: { Count: () => EDGES.length },
  methods: {
    GetItemAt: (range, args, workbook) => borderObject(workbook, range, foundOrThrow(EDGES[args.integer(0)])),
  },
  items: (range, workbook) => EDGES.map((edge) => borderObject(workbook, range, edge)),
  item: (range, key, workbook) => borderObject(workbook, range, foundOrThrow(EDGES.find(({ name }) => name === key))),
}

/** `range.format.borders`. */
export function bordersObject(workbook: Workbook, range: RangeRef): HostObject {
  return hostObject(bordersType, range, workbook)
}
