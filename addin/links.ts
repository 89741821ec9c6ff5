// The links between a workbook's tables and the broker's datasets. They live in the workbook, in one custom XML part, so that
// whoever opens the file can refresh it; they hold no secret.
import type { ColumnBody } from '../broker/http/contract.ts'
import { isColumnFormat, isColumnType } from './column-type.ts'
import { parseMemory, printMemory, type LinkMemory } from './link-memory.ts'
import { wholeDataset, type RefreshMode, type TableChoice, type Vanished } from './table-choice.ts'
import { parseChoice, printChoice } from './table-choice-text.ts'
import type { SheetArea, Workbook } from './workbook.ts'

export const linksNamespace = 'urn:sheetbroker:links:1'

/** A column as the dataset has it, and where it is in the sheet. */
export interface LinkedColumn extends ColumnBody {
  /** As the sheet has it: Excel keeps headers apart that differ in case only, and users rename them. */
  readonly header: string
  readonly columnId: string
}

/** One linked table. */
export interface Link {
  readonly tableId: string
  readonly tableName: string
  readonly dataset: string
  readonly title: string
  readonly brokerUrl: string
  /** The revision that the table holds. */
  readonly revision: number
  readonly rows: number
  /** Of the names of the rows that the table holds, to notice rows that were changed by hand. */
  readonly digest: string
  readonly key: readonly string[]
  readonly columns: readonly LinkedColumn[]
  /** Which columns and rows of the dataset the table shows. */
  readonly choice: TableChoice
  readonly mode: RefreshMode
  /** Matters in mode `merge` only. */
  readonly vanished: Vanished
  /** RFC 3339. */
  readonly refreshedAt: string
  readonly refreshedBy: string
  /** True from before a refresh's first write until after its last: the table may hold a part of the new revision. */
  readonly isUnfinished: boolean
  /** Absent in links of older versions. */
  readonly memory?: LinkMemory
}

/** The links that the workbook holds; those that cannot be read are left out. */
export async function readLinks(workbook: Workbook): Promise<readonly Link[]> {
  return parseParts(await workbook.readParts(linksNamespace))
}

/** Adds the link, or replaces the one of the same table. `formerId` is the table's id when that has changed. */
export async function saveLink(workbook: Workbook, link: Link, formerId = link.tableId): Promise<void> {
  await workbook.editPart(linksNamespace, (parts) => {
    const others = parseParts(parts).filter(({ tableId }) => tableId !== link.tableId && tableId !== formerId)
    return printLinks([...others, link])
  })
}

/** Adds the link of a new table, and fits columns; one request, as nothing has to be read for that. */
export async function addLink(workbook: Workbook, link: Link, fitted?: SheetArea): Promise<void> {
  await workbook.addPart(printLinks([link]), fitted)
}

/** Forgets the link of a table; the table itself stays. */
export async function removeLink(workbook: Workbook, tableId: string): Promise<void> {
  await workbook.editPart(linksNamespace, (parts) =>
    printLinks(parseParts(parts).filter((link) => link.tableId !== tableId)),
  )
}

function parseParts(parts: readonly string[]): readonly Link[] {
  const links = new Map<string, Link>()
  for (const part of parts) for (const link of parseLinks(part)) links.set(link.tableId, link)
  return [...links.values()]
}

/** The custom XML part of these links. */
export function printLinks(links: readonly Link[]): string {
  const body = links.map((link) => {
    const columns = link.columns.map((column) => {
      const position = link.key.indexOf(column.name)
      return printTag('column', {
        name: column.name,
        type: column.type,
        ...(column.format === undefined ? {} : { format: column.format }),
        ...(column.currency === undefined ? {} : { currency: column.currency }),
        header: column.header,
        columnId: column.columnId,
        ...(position < 0 ? {} : { key: position + 1 }),
      })
    })
    const { tableId, tableName, dataset, title, brokerUrl, revision, rows, digest } = link
    const { refreshedAt, refreshedBy, isUnfinished, mode, vanished } = link
    const choice = link.choice === wholeDataset ? '' : printChoice(link.choice)
    const table = { tableId, tableName, dataset, title, brokerUrl, revision, rows, digest }
    const opening = printTag('link', {
      ...table,
      refreshedAt,
      refreshedBy,
      isUnfinished,
      choice,
      mode,
      vanished,
      ...(link.memory ? { memory: printMemory(link.memory) } : {}),
    }).replace('/>', '>')
    return `${opening}${columns.join('')}</link>`
  })
  return `<links xmlns="${linksNamespace}">${body.join('')}</links>`
}

/** Reads such a part. Knows no XML but elements and attributes, which is all that the part is made of. */
export function parseLinks(xml: string): readonly Link[] {
  const links: Link[] = []
  let open: { attributes: Attributes; columns: (LinkedColumn & { position: number })[] } | undefined
  for (const tag of readTags(xml)) {
    if (tag.name === 'link' && !tag.isEnd) open = { attributes: tag.attributes, columns: [] }
    if (tag.name === 'column' && !tag.isEnd && open) open.columns.push(readColumn(tag.attributes))
    if (tag.name === 'link' && (tag.isEnd || tag.isEmpty) && open) {
      const link = readLink(open.attributes, open.columns)
      if (link) links.push(link)
      open = undefined
    }
  }
  return links
}

type Attributes = ReadonlyMap<string, string>

interface Tag {
  readonly name: string
  readonly attributes: Attributes
  readonly isEnd: boolean
  readonly isEmpty: boolean
}

const tagPattern = /<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g
const attributePattern = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

function* readTags(xml: string): Generator<Tag> {
  for (const [, end, name = '', attributeText = '', empty] of xml.matchAll(tagPattern)) {
    const attributes = new Map<string, string>()
    for (const [, attribute = '', double, single] of attributeText.matchAll(attributePattern)) {
      attributes.set(attribute, unescapeXml(double ?? single ?? ''))
    }
    yield { name, attributes, isEnd: end === '/', isEmpty: empty === '/' }
  }
}

function readColumn(attributes: Attributes): LinkedColumn & { position: number } {
  const type = attributes.get('type') ?? ''
  const name = attributes.get('name') ?? ''
  const format = attributes.get('format')
  const currency = attributes.get('currency')
  return {
    name,
    type: isColumnType(type) ? type : 'text',
    ...(isColumnFormat(format) ? { format } : {}),
    ...(currency === undefined ? {} : { currency }),
    header: attributes.get('header') ?? name,
    columnId: attributes.get('columnId') ?? '',
    position: Number(attributes.get('key') ?? 0),
  }
}

function readLink(attributes: Attributes, columns: readonly (LinkedColumn & { position: number })[]): Link | undefined {
  const text = (name: string): string => attributes.get(name) ?? ''
  const revision = Number(text('revision'))
  // A choice that cannot be read must not become another one.
  const choice = parseChoice(text('choice'))
  if (!choice) return undefined
  if (text('tableId') === '' || text('dataset') === '' || !Number.isSafeInteger(revision)) return undefined
  return {
    tableId: text('tableId'),
    tableName: text('tableName'),
    dataset: text('dataset'),
    title: text('title'),
    brokerUrl: text('brokerUrl'),
    revision,
    rows: Number(text('rows')),
    digest: text('digest'),
    key: columns
      .filter(({ position }) => position > 0)
      .sort((one, other) => one.position - other.position)
      .map(({ name }) => name),
    columns: columns.map(({ position: _position, ...column }) => column),
    refreshedAt: text('refreshedAt'),
    refreshedBy: text('refreshedBy'),
    isUnfinished: text('isUnfinished') === 'true',
    choice,
    mode: readOneOf<RefreshMode>(text('mode'), ['replace', 'append', 'merge']),
    vanished: readOneOf<Vanished>(text('vanished'), ['delete', 'keep', 'mark']),
    ...(attributes.has('memory') ? { memory: parseMemory(text('memory')) } : {}),
  }
}

/** The text where it is one of these, else the first. */
function readOneOf<Text extends string>(text: string, known: readonly [Text, ...Text[]]): Text {
  return known.find((one) => one === text) ?? known[0]
}

function printTag(name: string, attributes: Readonly<Record<string, string | number | boolean>>): string {
  const printed = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
  return `<${name}${printed.join('')}/>`
}

function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // XML 1.0 has no way to write these.
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
      .replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
  )
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, name = '') => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return namedEntities[String(name)] ?? whole
  })
}
