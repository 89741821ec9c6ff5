// A definition file that is not finished: a source, and as much of a dataset as is known.
import { isMap, parseDocument, type Document } from 'yaml'
import type * as z from 'zod'
import { pagingDefinition, windowDefinition } from '../dataset/paging-definition.ts'
import { requestDefinition, type RequestDefinition } from '../dataset/request-definition.ts'
import { sourceDefinition, type SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'

export interface PartialFile {
  readonly document: Document
  readonly sourceName: string
  readonly source: SourceDefinition
  /** Whether the source stands in the file, or only among those that the broker knows. */
  readonly isSourceInFile: boolean
  readonly datasetName: string
  readonly request: RequestDefinition
  /** The settings that the dataset has already: they are kept, right or wrong. */
  readonly given: ReadonlySet<string>
  readonly hasWindow: boolean
}

export interface PartialFileOptions {
  /** Which dataset; needed where the file has several. */
  readonly dataset: string | undefined
  /** The path to read, with a query perhaps, for a file without the dataset. */
  readonly path: string | undefined
  /** Sources that the broker knows. */
  readonly known: ReadonlyMap<string, SourceDefinition>
}

type Members = Readonly<Record<string, unknown>>

/**
 * What a file says so far.
 *
 * @throws {BrokerError} `definition-invalid` with every mistake that can be seen
 */
export function readPartialFile(text: string, options: PartialFileOptions): PartialFile {
  const document = parseDocument(text, { merge: true })
  if (document.errors.length > 0) throw invalid(document.errors.map((error) => error.message))
  const { sources, datasets } = asMembers(document.toJS() as unknown)
  const [name, dataset] = chooseDataset(asMembers(datasets), options)
  const sourceName = chooseSource(asMembers(sources), dataset['source'], options.known)
  const inFile = asMembers(sources)[sourceName]
  const source =
    inFile === undefined ? options.known.get(sourceName) : check(sourceDefinition, inFile, `sources.${sourceName}`)
  if (!source) throw invalid([`There is no source ${sourceName}; define it under sources.`])
  const at = `datasets.${name}`
  const request = check(requestDefinition, dataset['request'] ?? requestOf(options.path ?? ''), `${at}.request`)
  if (dataset['paging'] !== undefined) check(pagingDefinition, dataset['paging'], `${at}.paging`)
  if (dataset['window'] !== undefined) check(windowDefinition, dataset['window'], `${at}.window`)
  return {
    ...{ document, sourceName, source, request, datasetName: name },
    isSourceInFile: inFile !== undefined,
    given: new Set(Object.keys(dataset)),
    hasWindow: dataset['window'] !== undefined,
  }
}

function chooseDataset(datasets: Members, { dataset, path }: PartialFileOptions): [string, Members] {
  const names = Object.keys(datasets)
  if (path !== undefined) {
    const name = dataset ?? nameFor(requestOf(path).path)
    if (names.includes(name))
      throw invalid([`There is a dataset ${name} already; give the new one another name: --dataset NAME.`])
    return [name, {}]
  }
  const name = dataset ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined && names.includes(name)) return [name, asMembers(datasets[name])]
  if (names.length === 0)
    throw invalid(['The file has no dataset yet: give the path of a list, such as --path /v1/customers.'])
  throw invalid([`Say which dataset: --dataset NAME, one of ${names.join(', ')}.`])
}

/** A path as people copy it from a browser, as a definition file has it. */
function requestOf(text: string): Pick<RequestDefinition, 'path' | 'query'> {
  const [path = '', ...query] = text.split('?')
  return { path, query: Object.fromEntries(new URLSearchParams(query.join('?'))) }
}

/** The last word of a path that is a name: `/api/v1/customers/search` makes `customers`. */
function nameFor(path: string): string {
  const words = path
    .toLowerCase()
    .split('/')
    .map((word) => word.replace(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+|-+$/g, ''))
  return words.findLast((word) => word !== '' && !/^(?:search|list|query|all|v\d.*|api)$/.test(word)) ?? 'records'
}

function chooseSource(sources: Members, wanted: unknown, known: ReadonlyMap<string, SourceDefinition>): string {
  if (typeof wanted === 'string') return wanted
  const names = Object.keys(sources)
  const all = names.length > 0 ? names : [...known.keys()]
  const [only] = all
  if (only !== undefined && all.length === 1) return only
  throw invalid(['Say which source the dataset is read from: source: NAME.'])
}

function check<Shape extends z.ZodType>(shape: Shape, value: unknown, at: string): z.output<Shape> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map(({ path, message }) => `${[at, ...path].join('.')}: ${message}`))
}

function asMembers(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function invalid(messages: readonly string[]): BrokerError {
  return new BrokerError('definition-invalid', messages.join('\n'))
}

/** A setting to add, and why. */
export interface Addition {
  readonly key: string
  readonly value: unknown
  readonly why: string
}

function describeRequest({ path, query }: RequestDefinition): object {
  return Object.keys(query).length === 0 ? { path } : { path, query }
}

/** Comment lines of at most 100 characters. */
function wrap(text: string): string {
  return text.replace(/(.{1,100})(?: |$)/g, ' $1\n').trimEnd()
}

/** A parameter to add to the request. */
export interface QueryAddition {
  readonly name: string
  readonly value: number
}

/** The file with these settings added to the dataset, each below the reason for it; what it held before stays as it is. */
export function completeFile(
  file: PartialFile,
  {
    additions,
    query,
    remarks,
  }: { additions: readonly Addition[]; query: QueryAddition | undefined; remarks: readonly string[] },
): string {
  const { document, datasetName, given } = file
  const path = ['datasets', datasetName]
  if (!document.hasIn(path)) document.setIn(path, document.createNode({}))
  if (!given.has('source')) document.setIn([...path, 'source'], file.sourceName)
  if (!given.has('request'))
    document.setIn([...path, 'request'], document.createNode(describeRequest(file.request), { flow: true }))
  if (query) document.setIn([...path, 'request', 'query', query.name], query.value)
  for (const parent of [[], ['datasets'], path]) {
    const node = document.getIn(parent)
    // Comments need lines of their own.
    if (isMap(node)) node.flow = false
  }
  const dataset = document.getIn(path)
  if (!isMap(dataset)) throw invalid([`datasets.${datasetName} is no map.`])
  for (const { key, value, why } of additions) {
    const keyNode = document.createNode(key)
    keyNode.commentBefore = wrap(why)
    const node = document.createNode(value, { flow: true })
    dataset.add(document.createPair(keyNode, node))
  }
  const notes = remarks.map((line) => ` ${line}`).join('\n')
  document.comment = [document.comment, notes].filter(Boolean).join('\n')
  return document.toString({ lineWidth: 140, flowCollectionPadding: true })
}
