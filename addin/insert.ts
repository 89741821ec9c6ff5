// A dataset as a new Excel table.
import type { BrokerClient } from '../client/broker-client.ts'
import type { DatasetBody } from '../broker/http/contract.ts'
import { chooseRows, findFilterTypes } from './choose-rows.ts'
import { rowBytes, sendInChunks } from './chunks.ts'
import type { Layout } from './layout.ts'
import { noMemory } from './link-memory.ts'
import { addLink, readLinks, type Link } from './links.ts'
import { awaitFreshSnapshot, readDataset, type ReadRows, type TaskOptions } from './read-dataset.ts'
import { Digest } from './digest.ts'
import { createRowNaming, digestCells } from './row-key.ts'
import type { TableSettings } from './table-choice.ts'
import { TableError } from './table-error.ts'
import { TableSession } from './table-session.ts'
import { writeRows } from './table-writer.ts'
import { undoInsert, type InsertTrace } from './undo-insert.ts'
import { WorkbookError } from './workbook-error.ts'
import { mostSheetColumns, mostSheetRows, type Area, type Batch, type TableShape, type Workbook } from './workbook.ts'

export interface TableDeps {
  readonly client: BrokerClient
  readonly workbook: Workbook
  readonly brokerUrl: string
  /** The name that others see beside a refresh. */
  readonly userName: string
  readonly nowMs: () => number
}

export interface InsertOptions extends TaskOptions {
  /** Puts the table on a new sheet, whatever is selected. */
  readonly isOnNewSheet?: boolean
}

export interface Inserted {
  readonly link: Link
  /** Set when the table went to a sheet of its own although that was not asked for, because the selected place was not empty. */
  readonly newSheet: string | undefined
}

/**
 * Writes the chosen part of a dataset at the selected cell, or on a new sheet when something is there, and links it. Everything is read before
 * anything is written; when writing fails, what was written is taken away again.
 *
 * @throws {TableError} `too-many-rows`, `too-many-columns`, `columns-missing`, `filter-…` before anything is written
 */
export async function insertDataset(
  deps: TableDeps,
  name: string,
  settings: TableSettings,
  options: InsertOptions,
): Promise<Inserted> {
  let dataset = await deps.client.dataset(name, options.signal)
  if (dataset.revision === null) {
    await awaitFreshSnapshot(deps.client, name, options)
    dataset = await deps.client.dataset(name, options.signal)
  }
  const { choice } = settings
  checkColumns((choice.columns ?? dataset.columns).length, dataset.title)
  const rows = choice.conditions.length > 0 ? 0 : Math.min(dataset.rows ?? 0, choice.top ?? Infinity)
  if (rows >= mostSheetRows) throw new TableError('too-many-rows', String(rows))
  const filterTypes = findFilterTypes(choice, dataset.columns)
  const chosen = await chooseRows(deps.workbook, choice, filterTypes)
  const data = await readDataset(deps.client, { dataset: name, ...chosen }, options)
  checkColumns(data.columns.length, dataset.title)
  const isOnNewSheet = options.isOnNewSheet ?? false
  const { trace, newSheet } = await findPlace(deps.workbook, data, dataset, isOnNewSheet)
  const layout = layOut(data, trace.place.column)
  const shape = await writeTable(deps.workbook, trace, { data, layout }, options)
  const naming = createRowNaming(layout)
  const names = data.rows.map((row) => naming.nameRow(row))
  const link: Link = {
    tableId: shape.id,
    tableName: shape.name,
    dataset: dataset.name,
    title: dataset.title,
    brokerUrl: deps.brokerUrl,
    revision: data.revision,
    rows: data.rows.length,
    digest: Digest.of(names).toString(),
    key: data.key,
    columns: data.columns.map((column, index) => ({
      ...column,
      header: shape.columns[index]?.header ?? column.name,
      columnId: shape.columns[index]?.id ?? '',
    })),
    refreshedAt: new Date(deps.nowMs()).toISOString(),
    refreshedBy: deps.userName,
    isUnfinished: false,
    ...settings,
    memory: { ...noMemory, filter: chosen.filter ?? '', filterTypes, cells: digestCells(data.rows) },
  }
  await linkTable(deps.workbook, link, trace)
  const target = { workbook: deps.workbook, shape, layout: layOut(data, 0) }
  TableSession.of(deps.workbook).remember(target, data.revision, names)
  return { link, newSheet }
}

function checkColumns(columns: number, title: string): void {
  if (columns === 0) throw new TableError('columns-missing', title)
  if (columns > mostSheetColumns) throw new TableError('too-many-columns', String(columns))
}

async function findPlace(workbook: Workbook, data: ReadRows, dataset: DatasetBody, isOnNewSheet: boolean) {
  const size = { rows: Math.max(data.rows.length, 1) + 1, columns: data.columns.length }
  const { place, isFree, takenNames } = await workbook.findPlace(size.rows, size.columns)
  const isSheetNew = !isFree || isOnNewSheet
  const chosen = isSheetNew ? await workbook.addSheet(makeSheetName(dataset)) : place
  const area: Area = { row: chosen.row, column: chosen.column, ...size }
  const trace: InsertTrace = { place: chosen, area, tableName: makeTableName(dataset, takenNames), isSheetNew }
  // It is no news to somebody who asked for it.
  return { trace, newSheet: isSheetNew && !isOnNewSheet ? chosen.sheetName : undefined }
}

interface NewTable {
  readonly data: ReadRows
  readonly layout: Layout
}

/**
 * Keeps the link, and makes the columns wide enough for the first rows: a date in a narrow column shows as ####. A table without its link
 * could never be refreshed: it goes again, unless Excel made the link and said otherwise, or refuses the widths only.
 */
async function linkTable(workbook: Workbook, link: Link, trace: InsertTrace): Promise<void> {
  const { place, area } = trace
  const isLinked = async (): Promise<boolean> =>
    (await readLinks(workbook)).some(({ tableId }) => tableId === link.tableId)
  try {
    await addLink(workbook, link, { ...area, sheet: place.sheet, rows: Math.min(area.rows, 200) })
  } catch (error) {
    try {
      if (await isLinked()) return
      await addLink(workbook, link)
    } catch {
      if (await isLinked().catch(() => false)) return
      await undoInsert(workbook, trace)
      throw error
    }
  }
}

/** Headers go along with the first rows, and the table is made along with the last: each request is a wait for the user. */
async function writeTable(
  workbook: Workbook,
  trace: InsertTrace,
  { data, layout }: NewTable,
  { signal, onProgress }: TaskOptions,
): Promise<TableShape> {
  const { rows } = data
  const { area, tableName } = trace
  const anchor = { sheet: trace.place.sheet }
  let shape: TableShape | undefined
  try {
    await sendInChunks(rows.length === 0 ? [0] : rows.map(rowBytes), async (first, count) => {
      signal.throwIfAborted()
      const isLast = first + count >= rows.length
      shape = await workbook.batch(anchor, (batch) => {
        if (first === 0) writeHeaders(batch, { ...area, rows: 1 }, data)
        if (rows.length > 0) writeRows(batch, layout, { row: area.row + 1 + first }, rows.slice(first, first + count))
        return isLast ? batch.createTable(area, tableName) : () => undefined
      })
      if (rows.length > 0) onProgress({ phase: 'writing', done: first + count, total: rows.length })
    })
    if (!shape) throw new WorkbookError('gone', 'The new table is not there.')
    return shape
  } catch (error) {
    await undoInsert(workbook, trace)
    throw error
  }
}

function writeHeaders(batch: Batch, header: Area, { columns }: ReadRows): void {
  // A header such as 2026 or =A1 must stay what it is called.
  batch.setFormat(header, '@')
  batch.write(header, [columns.map(({ name }) => name)])
}

/** Every column is ours; places count from `firstColumn`. */
function layOut({ columns, key }: ReadRows, firstColumn: number): Layout {
  const keyColumns = key.map((name) => columns.findIndex((column) => column.name === name))
  return {
    own: columns.map((column, index) => ({
      ...column,
      header: column.name,
      columnId: '',
      sheetColumn: firstColumn + index,
      sourceColumn: index,
    })),
    segments: [{ sheetColumn: firstColumn, first: 0, count: columns.length }],
    keyColumns: key.length > 0 ? keyColumns : columns.map((_column, index) => index),
    hasKey: key.length > 0,
    mark: undefined,
    added: [],
    removed: [],
    orphaned: [],
  }
}

/** A name that Excel takes for a table: letters, digits and underscores, not like a cell's address. */
function makeTableName({ title, name }: DatasetBody, taken: ReadonlySet<string>): string {
  const words = title.replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_+|_+$/g, '')
  const first = cut(`${words === '' ? name.replaceAll('-', '_') : words}_data`.replace(/^(?=\d)/, '_'), 200)
  let free = first
  for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${first}_${number}`
  return free
}

/** A name that Excel takes for a sheet: at most 31 characters, without `[ ] : * ? / \` and no apostrophe at an end. */
function makeSheetName({ title, name }: DatasetBody): string {
  const plain = title.replaceAll(/[[\]:*?/\\\p{Cc}]+/gu, ' ').replaceAll(/^['\s]+|['\s]+$/g, '')
  const short = cut(plain, 31).replace(/['\s]+$/, '')
  return short === '' || short.toLowerCase() === 'history' ? name.slice(0, 31) : short
}

/** No more than so many characters, and no half of one at the end. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
}
