// Proposes what a dataset's definition lacks, from a sample of what its source answers.
import { isMap, parseDocument } from 'yaml'
import { parseDefinitionFile } from '../dataset/definition-file.ts'
import type { PagingDefinition } from '../dataset/paging-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { findKey } from './find-key.ts'
import { findPaging } from './find-paging.ts'
import { findRecords } from './find-records.ts'
import { findWindow } from './find-window.ts'
import { completeFile, type Addition, type PartialFile, type QueryAddition } from './partial-file.ts'
import { Sampler } from './sampler.ts'
import type { SourceProbe } from './source-probe.ts'
import { sampleTable, type TableSample } from './table-sample.ts'

export interface TrySourceDeps {
  readonly probe: SourceProbe
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Tells the person in front of it what is being done. */
  readonly tell: (line: string) => void
}

/**
 * The file, complete: what it lacks of records, paging, window, key and columns is added with the reason for it. Nothing that
 * the records hold is in it.
 *
 * @throws {BrokerError} what is wrong with the token endpoint or the API
 */
export async function trySource(file: PartialFile, deps: TrySourceDeps): Promise<string> {
  const { probe, clock, signal, tell } = deps
  const granted = await probe.askForToken(signal)
  if ('error' in granted) throw granted.error
  if (file.source.auth.method !== 'static') tell('The token endpoint gave a token.')
  if (granted.lifetimeNote !== undefined) tell(`How long it lives is not stated well: ${granted.lifetimeNote}.`)
  const sampler = new Sampler({ probe, token: granted.token, request: file.request, clock, signal })
  const { additions, query, sample } = await proposeSettings(file, sampler, deps)
  tell(`${sampler.calls} calls, ${sample.rows} records looked at.`)
  const text = completeFile(file, {
    additions: additions.filter(({ key }) => !file.given.has(key)),
    query,
    remarks: describeColumns(sample),
  })
  // What is printed must be what apply takes.
  checkDataset(text, file)
  return text
}

async function proposeSettings(
  file: PartialFile,
  sampler: Sampler,
  { clock, signal, tell }: TrySourceDeps,
): Promise<{ additions: Addition[]; query: QueryAddition | undefined; sample: TableSample }> {
  const { request } = file
  const first = await sampler.ask()
  const lists = findRecords(first.body, request.path)
  const [list, ...others] = lists
  if (!list)
    throw new BrokerError('source-malformed', 'The answer holds no list of objects, so there are no records in it.')
  if (list.records.length === 0)
    throw new BrokerError(
      'source-malformed',
      `The list ${list.pointer || 'in the body'} is empty. Ask for something that has records, by request.query.`,
    )
  tell(`${list.records.length} records ${list.pointer === '' ? 'as the body' : `at ${list.pointer}`}.`)
  const given = { ...first, request, records: list.pointer, count: list.records.length }
  const found = await findPaging(sampler, given, { records: list.records, signal })
  tell(`Paging: ${found.paging.type}.`)
  const recent = sampleTable(found.records)
  const window = await lookForWindow(file, sampler, {
    sample: recent,
    pointer: list.pointer,
    found,
    nowMs: clock.nowMs(),
  })
  const sample = window ? sampleTable(window.records) : recent
  const key = findKey(sample, request.path)
  const declared = sample.columns.filter(({ declarable }) => declarable !== undefined)
  const instead = others.length > 0 ? `; other lists: ${others.map(({ pointer }) => pointer).join(', ')}` : ''
  const additions = [
    { key: 'paging', value: withoutDefaults(found.paging), why: capitalise(found.reason) },
    ...(window ? [{ key: 'window', value: window.window, why: capitalise(window.reason) }] : []),
    ...(list.pointer === '' ? [] : [{ key: 'records', value: list.pointer, why: `The list of records${instead}` }]),
    key
      ? { key: 'key', value: key.columns, why: capitalise(key.reason) }
      : { key: 'key', value: [], why: 'No column looks like a key; without one each refresh rewrites the whole table' },
    ...(declared.length === 0
      ? []
      : [
          {
            key: 'columns',
            value: Object.fromEntries(declared.map(({ name, declarable }) => [name, { type: declarable }])),
            why: 'Written as text by the source, and something else in every record of the sample',
          },
        ]),
  ]
  return { additions, query: found.query, sample }
}

async function lookForWindow(
  file: PartialFile,
  sampler: Sampler,
  {
    sample,
    pointer,
    found,
    nowMs,
  }: { sample: TableSample; pointer: string; found: Awaited<ReturnType<typeof findPaging>>; nowMs: number },
): ReturnType<typeof findWindow> {
  if (file.hasWindow || file.request.method === 'POST') return undefined
  return findWindow(sampler, sample, { records: found.records, pointer, paging: found.paging, nowMs })
}

function describeColumns({ rows, columns }: TableSample): string[] {
  const width = Math.max(...columns.map(({ name }) => name.length))
  return [
    `The columns of ${rows} sampled records; types are inferred over all rows of the first pull and then fixed:`,
    ...columns.map(({ name, type, hasGaps }) => {
      const notes = [type ?? 'no value in the sample', ...(hasGaps && type ? ['not in every record'] : [])]
      return `  ${name.padEnd(width)}  ${notes.join(', ')}`
    }),
    ...changedColumns(columns).map(
      (name) =>
        `${name} looks like the time of the last change: if the source can be asked by it, see incremental in docs/SOURCES.md.`,
    ),
  ]
}

function changedColumns(columns: TableSample['columns']): string[] {
  return columns
    .filter(({ name, type }) => type === 'datetime' && /(?:updated|modified|changed|modstamp)/i.test(name))
    .map(({ name }) => name)
    .slice(0, 1)
}

const defaults: Readonly<Record<string, unknown>> = { end: 'empty-page', parallel: 1 }

/** What goes without saying stays out of the file. */
function withoutDefaults(paging: PagingDefinition): Record<string, unknown> {
  const first = paging.type === 'offset' ? 0 : 1
  return Object.fromEntries(
    Object.entries(paging).filter(
      ([name, value]) =>
        defaults[name] !== value && !(name === 'first' && value === first) && !(name === 'end' && value === 'no-next'),
    ),
  )
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Other datasets of the file may be unfinished still. */
function checkDataset(text: string, { sourceName, source, datasetName }: PartialFile): void {
  const completed: unknown = parseDocument(text, { merge: true }).getIn(['datasets', datasetName])
  const dataset = isMap(completed) ? (completed.toJSON() as unknown) : {}
  const whole = { sources: { [sourceName]: source }, datasets: { [datasetName]: dataset } }
  parseDefinitionFile(JSON.stringify(whole), { sources: new Set(), datasets: new Map(), users: new Set() })
}
