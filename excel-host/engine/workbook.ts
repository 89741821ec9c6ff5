// The model of one workbook: sheets, tables, names, settings and XML parts. No protocol and no browser in here.
import type { Area } from './area.ts'
import { formatAddress, intersect, MAX_COLUMNS, MAX_ROWS, parseCells, splitSheetName } from './area.ts'
import { CellRules } from './cell-rules.ts'
import { Comments } from './comments.ts'
import { CustomFunctions } from './custom-functions.ts'
import { CustomXmlParts } from './custom-xml.ts'
import type { EventMessage } from './events.ts'
import { EVENT, Events } from './events.ts'
import { renameSheetInFormulas, renameTableInFormulas } from './follow.ts'
import type { FormulaCell } from './formula/formula-cell.ts'
import { Calculator } from './formula/calculator.ts'
import { Cells } from './formula/values.ts'
import { invalidArgument, invalidOperation, itemAlreadyExists, itemNotFound } from './host-error.ts'
import type { AutoCorrect } from './file-properties.ts'
import { emptyProperties } from './file-properties.ts'
import { Protection } from './protection.ts'
import { RangeRef } from './range-ref.ts'
import type { Table } from './sheet.ts'
import { Sheet } from './sheet.ts'
import { StyleTable } from './style.ts'

/** A name for a range or a formula. */
export interface DefinedName {
  readonly name: string
  formula: string
  comment: string
  visible: boolean
  readonly range: RangeRef | undefined
}

/** A workbook as the add-in and the preview page see it. */
export class Workbook {
  /** Of the file; it changes when the workbook is saved under another name. */
  name: string
  readonly styles = new StyleTable()
  readonly customXml = new CustomXmlParts()
  /** Document settings: those of `Office.context.document.settings` and of `workbook.settings`. */
  readonly settings = new Map<string, unknown>()
  readonly properties = emptyProperties()
  names: DefinedName[] = []
  sheets: Sheet[]
  readonly autoCorrect: AutoCorrect = { fillFormulas: true, expandTables: true }
  readonly calculator = new Calculator({
    findSheet: (name) => this.findSheet(name),
    findTable: (name) => this.findTable(name),
    findName: (name) => {
      const range = this.findName(name)?.range
      return range === undefined || range.isGone ? undefined : new Cells(range.sheet, range.area)
    },
    callCustom: (name, args, evaluator) => this.customFunctions.call(name, args, evaluator),
    begin: (cell, generation) => this.customFunctions.begin(cell, generation),
  })
  #paneState: 'Visible' | 'Hidden' = 'Visible'
  /** What happens when the file is opened: `None`, or `Load` the add-in. */
  startBehavior = 'None'
  /** Ranges that follow their cells; the batch engine adds what an add-in keeps. */
  readonly tracked = new Set<RangeRef>()
  readonly events = new Events(this.tracked)
  /** The add-in's worksheet functions. */
  readonly customFunctions = new CustomFunctions((type, message) => this.events.callFunction(type, message))
  readonly comments = new Comments(this.tracked)
  /** Merged cells of all sheets; each follows its cells. */
  merges: readonly RangeRef[] = []
  readonly rules = new CellRules(this.tracked)
  /** Of the structure: which sheets there are, their names, order and visibility. */
  readonly protection = new Protection()
  /** Whether dates count from 1904 on, as in files from old Macs: every serial number is 1,462 less. */
  uses1904Dates = false
  /** Members that this Excel has not got, such as `Table.showTotals`: whatever asks for one gets `ApiNotFound`. */
  readonly lacks = new Set<string>()
  /** A file that nobody may change: every change is refused. */
  isReadOnly = false
  /** Cells written, and cells that got a format, since the start, by an add-in or a person. */
  cellWrites = 0
  formatWrites = 0
  #active: Sheet
  #selection: Area = { row: 0, column: 0, rowCount: 1, columnCount: 1 }
  #listeners = new Set<() => void>()
  #eventListeners = new Set<(events: readonly EventMessage[]) => void>()
  #calculated = 0
  readonly #calculation = {
    value: (sheet: Sheet, row: number, column: number, cell: FormulaCell) =>
      this.calculator.value(sheet, row, column, cell),
    touch: () => this.calculator.touch(),
  }
  #nextSheet = 1
  #nextTable = 1

  constructor(name = 'Book1.xlsx', sheetNames: readonly [string, ...string[]] = ['Sheet1']) {
    this.name = name
    this.#active = this.#newSheet(sheetNames[0])
    this.sheets = [this.#active, ...sheetNames.slice(1).map((sheetName) => this.#newSheet(sheetName))]
  }

  /** Whether the task pane shows; an add-in may show and hide its own (shared runtime). */
  get paneState(): 'Visible' | 'Hidden' {
    return this.#paneState
  }

  /** Shows or hides the task pane; `onVisibilityModeChanged` hears of it. */
  showPane(state: 'Visible' | 'Hidden'): void {
    if (state === this.#paneState) return
    this.#paneState = state
    this.events.paneVisibility(state)
  }

  /** The sheet in front. */
  get activeSheet(): Sheet {
    return this.#active
  }

  /** The selected cells of the active sheet. */
  get selection(): Area {
    return this.#selection
  }

  /** Brings a sheet to the front, with its first cell selected. */
  activate(sheet: Sheet): void {
    if (sheet.visibility !== 'Visible') throw invalidOperation('A hidden worksheet cannot be activated.')
    if (sheet === this.#active) return
    this.events.activated(this.#active, sheet)
    this.#active = sheet
    this.#selection = { row: 0, column: 0, rowCount: 1, columnCount: 1 }
  }

  /** Selects cells and shows their sheet. */
  select(sheet: Sheet, area: Area): void {
    const before = { sheet: this.#active, area: this.#selection }
    this.activate(sheet)
    this.#selection = area
    this.events.selected(sheet, area, before)
  }

  /** The sheet with this id or name (names ignore case), or undefined. */
  findSheet(key: string): Sheet | undefined {
    const name = key.toLowerCase()
    return this.sheets.find((sheet) => sheet.id === key || sheet.name.toLowerCase() === name)
  }

  /** Adds a sheet at the end; without a name the next free `SheetN`. */
  addSheet(name?: string): Sheet {
    this.protection.refuseUnless(undefined)
    if (name !== undefined) this.refuseSheetName(name)
    const sheet = this.#newSheet(name)
    this.sheets.push(sheet)
    this.events.sheetList(EVENT.sheetAdded, sheet)
    return sheet
  }

  /** @throws {HostError} `InvalidArgument` for a name Excel refuses, `ItemAlreadyExists` for one in use. */
  refuseSheetName(name: string): void {
    const bad =
      name === '' || name.length > 31 || /[\\/?*[\]:]/.test(name) || name.startsWith("'") || name.endsWith("'")
    if (bad) throw invalidArgument()
    if (this.findSheet(name) !== undefined) throw itemAlreadyExists()
  }

  /** Deletes a sheet with everything on it; the last visible one stays. */
  deleteSheet(sheet: Sheet): void {
    this.protection.refuseUnless(undefined)
    const others = this.sheets.filter((other) => other !== sheet)
    const next = others.find((other) => other.visibility === 'Visible')
    if (next === undefined) throw invalidOperation('A workbook must contain at least one visible worksheet.')
    this.sheets = others
    for (const range of this.tracked) if (range.sheet === sheet) range.isGone = true
    renameSheetInFormulas(this.sheets, sheet.name, undefined)
    this.events.sheetList(EVENT.sheetDeleted, sheet)
    if (this.#active === sheet) this.activate(next)
  }

  /** Takes over everything of a file that is not on its sheets, and has no sheet until some are adopted. */
  takeFile(other: Workbook): void {
    this.sheets = []
    this.styles.copyFrom(other.styles)
    this.customXml.copyFrom(other.customXml)
    for (const [key, value] of other.settings) this.settings.set(key, structuredClone(value))
    Object.assign(this.properties, other.properties)
    Object.assign(this.autoCorrect, other.autoCorrect)
    this.protection.copyFrom(other.protection)
    this.startBehavior = other.startBehavior
    this.calculator.mode = other.calculator.mode
    this.uses1904Dates = other.uses1904Dates
    this.#nextSheet = other.#nextSheet
    this.#nextTable = other.#nextTable
  }

  /** Adds a sheet that has its id already, as of an opened file. */
  adoptSheet(id: string, name: string): Sheet {
    const sheet = new Sheet(id, name, this.#calculation)
    this.sheets.push(sheet)
    return sheet
  }

  /** Ends the opening of a file: the sheet that was in front shows. */
  endOpening(activeId: string): void {
    this.#active = this.findSheet(activeId) ?? this.#active
  }

  /** All tables, sheet by sheet. */
  get tables(): Table[] {
    return this.sheets.flatMap((sheet) => sheet.tables)
  }

  /** The table with this id or name, or undefined. */
  findTable(key: string): Table | undefined {
    const name = key.toLowerCase()
    return this.tables.find((table) => table.id === key || table.name.toLowerCase() === name)
  }

  /** Whether a table or a defined name is called so. */
  isNameTaken(name: string): boolean {
    return this.findTable(name) !== undefined || this.findName(name) !== undefined
  }

  /** An id and a free default name for a new table. */
  newTableIdentity(): { readonly id: string; readonly name: string } {
    let number = this.#nextTable
    while (this.findTable(`Table${number}`) !== undefined) number += 1
    const id = String(this.#nextTable)
    this.#nextTable += 1
    return { id, name: `Table${number}` }
  }

  /** @throws {HostError} `InvalidArgument` for a name no table may have, `ItemAlreadyExists` for one in use. */
  renameTable(table: Table, name: string): void {
    table.sheet.protection.refuseUnless(undefined)
    const valid = /^[\p{L}_\\][\p{L}\p{N}_.\\]{0,254}$/u.test(name) && !/^(?:[rc]|[a-z]{1,3}\d+)$/i.test(name)
    if (!valid) throw invalidArgument('The name is not valid for a table.')
    const other = this.findTable(name)
    if (this.findName(name) !== undefined || (other !== undefined && other !== table)) throw itemAlreadyExists()
    renameTableInFormulas(this.sheets, table.name, name)
    table.name = name
  }

  /** @throws {HostError} as `refuseSheetName`; formulas use the new name. */
  renameSheet(sheet: Sheet, name: string): void {
    if (name.toLowerCase() !== sheet.name.toLowerCase()) this.refuseSheetName(name)
    this.protection.refuseUnless(undefined)
    const before = sheet.name
    renameSheetInFormulas(this.sheets, before, name)
    sheet.name = name
    this.events.renamed(sheet, before)
  }

  /** The defined name, or undefined. */
  findName(key: string): DefinedName | undefined {
    const name = key.toLowerCase()
    return this.names.find((entry) => entry.name.toLowerCase() === name)
  }

  /** The range an address names: `A1:B2` on `sheet`, `Other!A1`, a table's name, or a defined name. */
  resolve(address: string, sheet: Sheet): RangeRef {
    const { sheetName, cells } = splitSheetName(address)
    const home = sheetName === undefined ? sheet : this.findSheet(sheetName)
    if (home === undefined) throw itemNotFound()
    const named = this.findName(cells)
    if (named?.range !== undefined) return new RangeRef(named.range.sheet, named.range.area)
    const table = this.findTable(cells)
    if (table !== undefined) return new RangeRef(table.sheet, table.bodyArea)
    return new RangeRef(home, parseCells(cells))
  }

  /** Notes that cells got a format; of whole rows and columns only those in use count. */
  countFormats(sheet: Sheet, area: Area): void {
    const cells = intersect(area, sheet.grid.extent)
    const isWhole = area.rowCount === MAX_ROWS || area.columnCount === MAX_COLUMNS
    const counted = isWhole ? cells : area
    this.formatWrites += counted === undefined ? 1 : counted.rowCount * counted.columnCount
    this.events.formatChanged(sheet, area)
  }

  /** Whether any table other than `except` has cells there. */
  overlapsTable(sheet: Sheet, area: Area, except?: Table): boolean {
    return sheet.tables.some((table) => table !== except && intersect(table.area, area) !== undefined)
  }

  /** Adds a name; a range's name follows its cells. */
  addName(name: string, reference: RangeRef | string, comment: string): DefinedName {
    if (!/^[\p{L}_\\][\p{L}\p{N}_.\\]{0,254}$/u.test(name)) throw invalidArgument()
    if (this.isNameTaken(name)) throw itemAlreadyExists()
    const range = typeof reference === 'string' ? undefined : reference
    if (range !== undefined) {
      range.growsWithTable = true
      this.tracked.add(range)
    }
    const formula =
      typeof reference === 'string' ? reference : `=${formatAddress(reference.sheet.name, reference.area)}`
    const entry: DefinedName = { name, formula, comment, visible: true, range }
    this.names.push(entry)
    return entry
  }

  /** Calls back after each batch and each edit; returns the end of the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells those who show the workbook that it may have changed. */
  notifyChanged(): void {
    this.#tellCalculated()
    for (const listener of this.#listeners) listener()
    const events = this.events.take()
    if (events.length > 0) for (const listener of this.#eventListeners) listener(events)
  }

  /** Calls back with what handlers registered for, after each batch and each edit. */
  onEvents(listener: (events: readonly EventMessage[]) => void): () => void {
    this.#eventListeners.add(listener)
    return () => this.#eventListeners.delete(listener)
  }

  // Cells that call the add-in are calculated even when nobody looks; calls of cells that are gone are cancelled.
  #callFunctions(): void {
    if (!this.customFunctions.areRegistered) return
    const alive = new Set<FormulaCell>()
    for (const { grid } of this.sheets) {
      for (const { row, column, cell } of grid.formulaCells()) {
        if (!this.customFunctions.isCalledIn(cell.text)) continue
        alive.add(cell)
        grid.value(row, column)
      }
    }
    this.customFunctions.sweep((cell) => alive.has(cell))
  }

  // Excel tells that a sheet was calculated after any change, with the cells that have formulas.
  #tellCalculated(): void {
    const { generation } = this.calculator
    if (generation === this.#calculated) return
    this.#calculated = generation
    this.#callFunctions()
    if (!this.events.isWanted(EVENT.calculated)) return
    for (const sheet of this.sheets) {
      const area = sheet.grid.formulaArea()
      if (area !== undefined) this.events.calculated(sheet, area)
    }
  }

  #newSheet(name?: string): Sheet {
    const number = this.#nextSheet
    this.#nextSheet += 1
    const id = `{00000000-0001-0000-${number.toString(16).padStart(4, '0').toUpperCase()}-000000000000}`
    if (name !== undefined) return new Sheet(id, name, this.#calculation)
    let free = number
    while (this.findSheet(`Sheet${free}`) !== undefined) free += 1
    return new Sheet(id, `Sheet${free}`, this.#calculation)
  }
}
