import { isNode, LineCounter, parseDocument, type Document, type ErrorCode } from 'yaml'
import type * as z from 'zod'
import { BrokerError, type ProblemDetail } from '../errors/broker-error.ts'
import { definitionFile, definitionName, type DatasetDefinition, type DefinitionFile } from './definition.ts'
import { findPagingMistakes } from './paging-checks.ts'
import { findReadingMistakes } from './reading-checks.ts'

/** What already exists, so that a file may refer to it without repeating it. */
export interface KnownNames {
  readonly sources: ReadonlySet<string>
  readonly datasets: ReadonlyMap<string, DatasetDefinition>
  readonly users: ReadonlySet<string>
}

/** Where the YAML library's words are for programmers. */
const yamlWords: Partial<Record<ErrorCode, string>> = {
  MULTIPLE_DOCS: 'The file holds several documents (---); apply takes one.',
  DUPLICATE_KEY: 'This name stands twice in the same map.',
}

const secretWords = /secret|password|token$/i
const notInFiles =
  'There is no such setting, and a secret is never in a file: take it out, and give it to npx sheetbroker secret set SOURCE.'

type Path = readonly (string | number)[]

/** Collects mistakes with the line and column of the YAML node that each is about. */
class Mistakes {
  readonly details: ProblemDetail[] = []
  readonly #document: Document
  readonly #lines: LineCounter

  constructor(document: Document, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  addAt(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset)
    this.details.push({ at: `${line}:${col}`, message })
  }

  add(path: Path, message: string): void {
    this.addAt(this.#offsetOf(path), path.length > 0 ? `${path.join('.')}: ${message}` : message)
  }

  /** Where the node at `path` begins, or its nearest ancestor that the file has. */
  #offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.#document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return this.#document.contents?.range?.[0] ?? 0
  }

  throwIfAny(): void {
    if (this.details.length === 0) return
    const details = this.details.toSorted((a, b) => a.at.localeCompare(b.at, 'en', { numeric: true }))
    const text = details.map((detail) => `${detail.at}  ${detail.message}`).join('\n')
    throw new BrokerError('definition-invalid', text, { details })
  }
}

/**
 * The definitions that a YAML (or JSON) text holds, checked as a whole.
 *
 * @throws {BrokerError} `definition-invalid` with every mistake at once, each with `line:column`
 */
export function parseDefinitionFile(text: string, known: KnownNames): DefinitionFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true })
  const mistakes = new Mistakes(document, lines)
  for (const error of document.errors) mistakes.addAt(error.pos[0], yamlWords[error.code] ?? error.message)
  mistakes.throwIfAny()
  const contents = readContents(document, mistakes) ?? {}
  const parsed = definitionFile.safeParse(contents, { error: describeIssue })
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(mistakes, issue)
  checkReferences(readOutline(contents), known, mistakes)
  if (parsed.data)
    for (const [name, dataset] of Object.entries(parsed.data.datasets)) {
      for (const { path, message } of findPagingMistakes(dataset)) mistakes.add(['datasets', name, ...path], message)
      for (const { path, message } of findReadingMistakes(dataset)) mistakes.add(['datasets', name, ...path], message)
    }
  mistakes.throwIfAny()
  if (!parsed.success) throw new BrokerError('internal', 'A mistake in the definition file was not reported.')
  return parsed.data
}

function readContents(document: Document, mistakes: Mistakes): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    // The library's text speaks of its own limits; the only ways here are bad and too many aliases.
    mistakes.add([], 'An alias (*name) names no anchor, or there are too many of them.')
    mistakes.throwIfAny()
    return undefined
  }
}

/** Plain words where the library's own speak of types to programmers. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'This is required.'
    return `Write ${articleOf(issue.expected)} here.`
  }
  if (issue.code === 'unrecognized_keys') return `There is no such setting here; there are ${listSettings(issue.inst)}.`
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return `Write one of: ${issue.options.map(String).join(', ')}.`
  if (issue.code === 'too_small' && issue.origin === 'string') return 'This must not be empty.'
  if (issue.code === 'too_small' && issue.origin === 'array') return 'This list must not be empty.'
  if (issue.code === 'invalid_value') return `Write one of: ${issue.values.map(String).join(', ')}.`
  return undefined
}

function articleOf(expected: string): string {
  const words: Record<string, string> = {
    record: 'a map of names',
    object: 'a map (name: value; {} for an empty one)',
    array: 'a list',
    int: 'a whole number',
    string: 'a text (in quotes where it looks like a number)',
  }
  return words[expected] ?? `a ${expected}`
}

function addIssue(mistakes: Mistakes, issue: z.core.$ZodIssue): void {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) mistakes.add([...path, key], secretWords.test(key) ? notInFiles : issue.message)
  } else if (issue.code === 'invalid_key') {
    mistakes.add(path, issue.issues.map((inner) => inner.message).join(' '))
  } else {
    mistakes.add(path, issue.message)
  }
}

function listSettings(map: unknown): string {
  const { shape } = (map as z.core.$ZodObject)._zod.def
  return Object.keys(shape).join(', ')
}

/** The names that a file mentions, as far as its shape allows: references are checked beside other mistakes. */
interface Outline {
  readonly sources: readonly string[]
  readonly users: readonly string[]
  readonly datasets: readonly { readonly name: string; readonly source: unknown; readonly key: readonly unknown[] }[]
  readonly grants: readonly { readonly user: unknown; readonly dataset: unknown; readonly columns: unknown }[]
}

function readOutline(contents: unknown): Outline {
  const { sources, datasets, users, grants } = asMap(contents)
  return {
    sources: Object.keys(asMap(sources)),
    users: Object.keys(asMap(users)),
    datasets: Object.entries(asMap(datasets)).map(([name, value]) => {
      const { source, key } = asMap(value)
      return { name, source, key: Array.isArray(key) ? key : [] }
    }),
    grants: (Array.isArray(grants) ? grants : []).map((value) => {
      const { user, dataset, columns } = asMap(value)
      return { user, dataset, columns }
    }),
  }
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function checkReferences(outline: Outline, known: KnownNames, mistakes: Mistakes): void {
  for (const name of outline.sources) checkName(['sources', name], mistakes)
  const sources = new Set([...known.sources, ...outline.sources])
  for (const { name, source } of outline.datasets) {
    checkName(['datasets', name], mistakes)
    if (typeof source === 'string' && !sources.has(source))
      mistakes.add(['datasets', name, 'source'], `There is no source ${source}; define it under sources.`)
  }
  const keys = new Map<unknown, readonly unknown[]>([
    ...[...known.datasets].map(([name, dataset]) => [name, dataset.key] as const),
    ...outline.datasets.map(({ name, key }) => [name, key] as const),
  ])
  const users = new Set<unknown>([...known.users, ...outline.users])
  const seen = new Set<string>()
  outline.grants.forEach(({ user, dataset, columns }, index) => {
    if (typeof user === 'string' && !users.has(user))
      mistakes.add(['grants', index, 'user'], `There is no user ${user}; define it under users.`)
    if (typeof dataset === 'string' && !keys.has(dataset))
      mistakes.add(['grants', index, 'dataset'], `There is no dataset ${dataset}; define it under datasets.`)
    const missing = Array.isArray(columns)
      ? (keys.get(dataset) ?? []).filter((column) => !columns.includes(column))
      : []
    if (missing.length > 0)
      mistakes.add(['grants', index, 'columns'], `Add the key (${missing.join(', ')}): refreshing goes by it.`)
    const pair = JSON.stringify([user, dataset])
    if (seen.has(pair)) mistakes.add(['grants', index], 'The same user and dataset stand in an earlier grant.')
    seen.add(pair)
  })
}

function checkName(path: readonly [string, string], mistakes: Mistakes): void {
  if (!definitionName.test(path[1]))
    mistakes.add(path, 'Use 1 to 63 lower-case letters, digits and hyphens, starting with a letter.')
}
