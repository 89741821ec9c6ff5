// Copies: of a sheet inside its workbook, and of the whole file as somebody opens it elsewhere.
import { MAX_COLUMNS, MAX_ROWS } from './area.ts'
import { renameTableInFormulas } from './follow.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'
import { Table } from './sheet.ts'
import { Workbook } from './workbook.ts'

const WHOLE = { row: 0, column: 0, rowCount: MAX_ROWS, columnCount: MAX_COLUMNS }

interface TableIdentity {
  readonly id: string
  readonly name: string
}

/** Where a copy goes and what its tables are called. */
interface CopyTarget {
  readonly workbook: Workbook
  readonly sheet: Sheet
  readonly identify: (table: Table) => TableIdentity
}

function copyTable(table: Table, { sheet, identify }: CopyTarget): Table {
  const copy = new Table({ ...identify(table), sheet, area: table.area })
  copy.takeColumns(table)
  copy.filters = table.filters
  copy.sortFields = table.sortFields
  copy.style = table.style
  copy.showHeaders = table.showHeaders
  copy.showTotals = table.showTotals
  copy.showBandedRows = table.showBandedRows
  copy.showBandedColumns = table.showBandedColumns
  copy.showFilterButton = table.showFilterButton
  copy.highlightFirstColumn = table.highlightFirstColumn
  copy.highlightLastColumn = table.highlightLastColumn
  copy.hasNoRows = table.hasNoRows
  return copy
}

function copyAnnotations(from: Workbook, sheet: Sheet, { workbook, sheet: to }: CopyTarget): void {
  for (const { range, content, kind, authorName, resolved, replies } of from.comments.on(sheet)) {
    const copy = workbook.comments.add(new RangeRef(to, range.area), content, { kind, author: authorName })
    copy.resolved = resolved
    copy.replies = replies.map((reply) => ({ ...reply }))
  }
  for (const format of from.rules.formatsIn(sheet, WHOLE).toReversed()) {
    const copy = workbook.rules.addFormat(to, format.range.area, format.type)
    copy.stopIfTrue = format.stopIfTrue
    for (const [name, value] of format.properties) copy.properties.set(name, value)
  }
  for (const { range, rule, prompt, errorAlert, ignoreBlanks } of from.rules.validationsIn(sheet, WHOLE)) {
    Object.assign(workbook.rules.validationFor(to, range.area), { rule, prompt, errorAlert, ignoreBlanks })
  }
  for (const merge of from.merges) {
    if (merge.sheet !== sheet || merge.isGone) continue
    const copy = new RangeRef(to, merge.area)
    workbook.tracked.add(copy)
    workbook.merges = [...workbook.merges, copy]
  }
}

function copyContent(from: Workbook, sheet: Sheet, target: CopyTarget): void {
  const to = target.sheet
  to.grid.copyFrom(sheet.grid)
  to.visibility = sheet.visibility
  to.tabColor = sheet.tabColor
  to.showGridlines = sheet.showGridlines
  to.frozenRows = sheet.frozenRows
  to.frozenColumns = sheet.frozenColumns
  to.protection.copyFrom(sheet.protection)
  for (const [column, width] of sheet.columnWidths) to.columnWidths.set(column, width)
  for (const [row, height] of sheet.rowHeights) to.rowHeights.set(row, height)
  for (const column of sheet.hiddenColumns) to.hiddenColumns.add(column)
  for (const row of sheet.hiddenRows) to.hiddenRows.add(row)
  for (const [key, value] of sheet.customProperties) to.customProperties.set(key, value)
  to.tables = sheet.tables.map((table) => copyTable(table, target))
  copyAnnotations(from, sheet, target)
}

function freeName(workbook: Workbook, name: string): string {
  const base = /^(.*?)(?: \(\d+\))?$/.exec(name)?.[1] ?? name
  for (let number = 2; ; number += 1) {
    const suffix = ` (${number})`
    const candidate = base.slice(0, 31 - suffix.length) + suffix
    if (workbook.findSheet(candidate) === undefined) return candidate
  }
}

function tableCopyIdentity(workbook: Workbook, table: Table): TableIdentity {
  const { id } = workbook.newTableIdentity()
  let number = 2
  while (workbook.isNameTaken(`${table.name}${number}`)) number += 1
  return { id, name: `${table.name}${number}` }
}

/**
 * Copies a sheet as Excel does: its tables get new ids and names, which its own formulas use; custom XML parts stay the
 * workbook's.
 *
 * @throws {HostError} `AccessDenied` while the workbook's structure is protected
 */
export function copySheet(workbook: Workbook, sheet: Sheet, position: number): Sheet {
  const copy = workbook.addSheet(freeName(workbook, sheet.name))
  workbook.sheets = workbook.sheets.filter((other) => other !== copy)
  workbook.sheets.splice(position, 0, copy)
  const renamed: TableIdentity[] = []
  const identify = (table: Table): TableIdentity => {
    const identity = tableCopyIdentity(workbook, table)
    renamed.push({ id: table.name, name: identity.name })
    return identity
  }
  copyContent(workbook, sheet, { workbook, sheet: copy, identify })
  for (const { id: before, name } of renamed) renameTableInFormulas([copy], before, name)
  return copy
}

/** The same file under another name, as it is when a copy is opened: ids, settings and custom XML parts are the same. */
export function openCopy(original: Workbook, name: string): Workbook {
  const copy = new Workbook(name)
  copy.takeFile(original)
  for (const sheet of original.sheets) {
    const same = copy.adoptSheet(sheet.id, sheet.name)
    copyContent(original, sheet, {
      workbook: copy,
      sheet: same,
      identify: ({ id, name: tableName }) => ({ id, name: tableName }),
    })
  }
  for (const { name: label, range, formula, comment } of original.names) {
    const home = range === undefined ? undefined : copy.findSheet(range.sheet.id)
    if (range !== undefined && (home === undefined || range.isGone)) continue
    copy.addName(label, range === undefined || home === undefined ? formula : new RangeRef(home, range.area), comment)
  }
  copy.endOpening(original.activeSheet.id)
  return copy
}
