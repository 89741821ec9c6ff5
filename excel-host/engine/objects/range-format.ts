import type { Area } from '../area.ts'
import { lastColumn, lastRow } from '../area.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject, numberValue } from '../host-object.ts'
import { invalidArgument } from '../host-error.ts'
import { bordersObject } from './borders.ts'
import { cellText } from '../range-content.ts'
import type { RangeRef } from '../range-ref.ts'
import type { Style } from '../style.ts'
import { DEFAULT_STYLE } from '../style.ts'
import type { Workbook } from '../workbook.ts'

/** The width of an untouched column, in points. */
export const DEFAULT_COLUMN_WIDTH = 48
const DEFAULT_ROW_HEIGHT = 15
const POINTS_PER_CHARACTER = 5.6
const MAX_COLUMN_WIDTH = 1_338

type Members = TypeDefinition<RangeRef>

const MANY_CELLS = 100_000

// The cells whose formats decide what a range "has": for whole rows and columns only those in use.
function formatArea(range: RangeRef): Area {
  const { area, sheet } = range
  if (area.rowCount * area.columnCount <= MANY_CELLS) return area
  return sheet.grid.usedArea(false, area) ?? { ...area, rowCount: 1, columnCount: 1 }
}

// One value when all cells agree, null when they differ.
function readStyle(range: RangeRef, workbook: Workbook, key: keyof Style): unknown {
  const cells = formatArea(range)
  const first = workbook.styles.get(range.sheet.grid.style(cells.row, cells.column))[key]
  for (let row = cells.row; row <= lastRow(cells); row += 1) {
    for (let column = cells.column; column <= lastColumn(cells); column += 1) {
      if (workbook.styles.get(range.sheet.grid.style(row, column))[key] !== first) return null
    }
  }
  return first
}

function writeStyle(range: RangeRef, workbook: Workbook, change: Partial<Style>): void {
  range.sheet.protection.refuseUnless('allowFormatCells')
  range.sheet.grid.mapStyles(range.area, (style) => workbook.styles.derive(style, change))
  workbook.countFormats(range.sheet, range.area)
}

function styleMembers(keys: Readonly<Record<string, keyof Style>>): Required<Pick<Members, 'scalars' | 'setters'>> {
  const entries = Object.entries(keys)
  return {
    scalars: Object.fromEntries(
      entries.map(([name, key]) => [name, (range: RangeRef, workbook: Workbook) => readStyle(range, workbook, key)]),
    ),
    setters: Object.fromEntries(
      entries.map(([name, key]) => [
        name,
        (range: RangeRef, value: unknown, workbook: Workbook) => {
          if (typeof value !== typeof DEFAULT_STYLE[key]) throw invalidArgument()
          writeStyle(range, workbook, {
            [key]: typeof value === 'string' && key.endsWith('Color') ? color(value) : value,
          })
        },
      ]),
    ),
  }
}

const NAMED_COLORS: Readonly<Record<string, string>> = {
  black: '#000000',
  white: '#FFFFFF',
  red: '#FF0000',
  green: '#008000',
  blue: '#0000FF',
  yellow: '#FFFF00',
  orange: '#FFA500',
  gray: '#808080',
  grey: '#808080',
}

function color(value: string): string {
  const named = NAMED_COLORS[value.toLowerCase()]
  if (named !== undefined) return named
  if (value === '') return ''
  if (!/^#?[0-9a-f]{6}$/i.test(value)) throw invalidArgument()
  return `#${value.replace('#', '').toUpperCase()}`
}

const fontType: Members = {
  name: 'RangeFont',
  ...styleMembers({
    Bold: 'bold',
    Italic: 'italic',
    Underline: 'underline',
    Strikethrough: 'strikethrough',
    Name: 'fontName',
    Size: 'fontSize',
    Color: 'fontColor',
  }),
}

const fillType: Members = {
  name: 'RangeFill',
  ...styleMembers({ Color: 'fillColor' }),
  methods: { Clear: (range, _args, workbook) => writeStyle(range, workbook, { fillColor: '' }) },
}

function readSize(
  sizes: ReadonlyMap<number, number>,
  span: readonly [number, number],
  otherwise: number,
): number | null {
  const [start, count] = span
  const first = sizes.get(start) ?? otherwise
  // Beyond the sized lines all have the default; whole rows and columns need no walk over a million lines.
  const known = [...sizes].filter(([index]) => index >= start && index < start + count)
  const others = known.length < count ? [otherwise] : []
  return [...known.map(([, size]) => size), ...others].every((size) => size === first) ? first : null
}

function writeSize(sizes: Map<number, number>, span: readonly [number, number], value: unknown): void {
  const size = numberValue(value)
  if (size < 0 || size > MAX_COLUMN_WIDTH) throw invalidArgument()
  for (let index = span[0]; index < span[0] + span[1]; index += 1) sizes.set(index, size)
}

function autofitColumns(range: RangeRef, workbook: Workbook): void {
  range.sheet.protection.refuseUnless('allowFormatColumns')
  const used = range.sheet.grid.usedArea(true, range.area)
  if (used === undefined) return
  for (let column = used.column; column <= lastColumn(used); column += 1) {
    let longest = 0
    for (let row = used.row; row <= lastRow(used); row += 1) {
      longest = Math.max(longest, cellText(workbook, range.sheet, row, column).length)
    }
    const width = Math.min(MAX_COLUMN_WIDTH, Math.round((longest + 2) * POINTS_PER_CHARACTER))
    if (longest > 0) range.sheet.columnWidths.set(column, width)
  }
}

const formatStyles = styleMembers({
  WrapText: 'wrapText',
  HorizontalAlignment: 'horizontalAlignment',
  VerticalAlignment: 'verticalAlignment',
  IndentLevel: 'indentLevel',
})

const protectionType: Members = {
  name: 'FormatProtection',
  ...styleMembers({ Locked: 'locked', FormulaHidden: 'formulaHidden' }),
}

const formatType: Members = {
  name: 'RangeFormat',
  scalars: {
    ...formatStyles.scalars,
    ColumnWidth: ({ sheet, area }) =>
      readSize(sheet.columnWidths, [area.column, area.columnCount], DEFAULT_COLUMN_WIDTH),
    RowHeight: ({ sheet, area }) => readSize(sheet.rowHeights, [area.row, area.rowCount], DEFAULT_ROW_HEIGHT),
  },
  setters: {
    ...formatStyles.setters,
    ColumnWidth: ({ sheet, area }, value) => {
      sheet.protection.refuseUnless('allowFormatColumns')
      writeSize(sheet.columnWidths, [area.column, area.columnCount], value)
    },
    RowHeight: ({ sheet, area }, value) => {
      sheet.protection.refuseUnless('allowFormatRows')
      writeSize(sheet.rowHeights, [area.row, area.rowCount], value)
    },
  },
  children: {
    Font: (range, workbook) => hostObject(fontType, range, workbook),
    Fill: (range, workbook) => hostObject(fillType, range, workbook),
    Borders: (range, workbook) => bordersObject(workbook, range),
    Protection: (range, workbook) => hostObject(protectionType, range, workbook),
  },
  methods: {
    AutofitColumns: (range, _args, workbook) => autofitColumns(range, workbook),
    AutofitRows: ({ sheet, area }) => {
      for (const row of [...sheet.rowHeights.keys()]) {
        if (row >= area.row && row <= lastRow(area)) sheet.rowHeights.delete(row)
      }
    },
  },
}

/** `range.format`. */
export function rangeFormatObject(workbook: Workbook, range: RangeRef): HostObject {
  return hostObject(formatType, range, workbook)
}
