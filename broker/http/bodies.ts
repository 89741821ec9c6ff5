// How records of the state database look on the wire.
import * as z from 'zod'
import { columnTypes } from '../dataset/column.ts'
import { withFormat, type ColumnFormats, type ShownColumn } from '../dataset/column-format.ts'
import { datasetDefinition, type DatasetDefinition } from '../dataset/definition.ts'
import { isQuiet, nextRunAfter } from '../dataset/schedule.ts'
import type { ReadableDataset } from '../identity/access.ts'
import type { DatasetRecord, PullRecord, SessionRecord, UserRecord } from '../store/records.ts'
import type { DatasetBody, DatasetSummary, PullBody, SessionBody, UserBody } from './contract.ts'
import { toProblemBody } from './problem-document.ts'

const storedColumns = z.array(z.object({ name: z.string(), type: z.enum(columnTypes) }))

export function toUserBody({ name, displayName }: UserRecord): UserBody {
  return { name, displayName }
}

export function toSessionBody({ id, device, createdAtMs, expiresAtMs }: SessionRecord): SessionBody {
  return { id, device, createdAt: toInstant(createdAtMs), expiresAt: toInstant(expiresAtMs) }
}

export function toPullBody(pull: PullRecord): PullBody {
  const { id, dataset, state, rows, pages, tokenCalls, rowsChanged, rowsDeleted, duplicates, warnings } = pull
  return {
    id,
    dataset,
    state,
    createdAt: toInstant(pull.createdAtMs),
    startedAt: toOptionalInstant(pull.startedAtMs),
    endedAt: toOptionalInstant(pull.endedAtMs),
    rows,
    pages,
    tokenCalls,
    revision: pull.revision ?? null,
    rowsChanged,
    rowsDeleted,
    duplicates,
    warnings,
    problem: pull.problem ? toProblemBody(pull.problem) : null,
  }
}

export function toDatasetSummary(readable: ReadableDataset, nowMs: number): DatasetSummary {
  return summarise(readable, parseDefinition(readable.dataset), nowMs)
}

export function toDatasetBody(
  readable: ReadableDataset,
  activePull: PullRecord | undefined,
  nowMs: number,
): DatasetBody {
  const definition = parseDefinition(readable.dataset)
  return {
    ...summarise(readable, definition, nowMs),
    key: definition.key,
    freshnessSeconds: definition.freshnessSeconds,
    activePull: activePull ? toPullBody(activePull) : null,
  }
}

/** The definition that `apply` wrote into the record. */
export function parseDefinition(dataset: DatasetRecord): DatasetDefinition {
  return datasetDefinition.parse(JSON.parse(dataset.definition))
}

export function toInstant(atMs: number): string {
  return new Date(atMs).toISOString()
}

function summarise(readable: ReadableDataset, definition: DatasetDefinition, nowMs: number): DatasetSummary {
  const { name, revision, rows, pulledAtMs } = readable.dataset
  const isPulled = revision > 0
  return {
    name,
    title: definition.title ?? name,
    description: definition.description ?? '',
    revision: isPulled ? revision : null,
    rows: isPulled ? rows : null,
    pulledAt: isPulled ? toInstant(pulledAtMs) : null,
    nextPullAt: findNextPull(definition, nowMs),
    columns: visibleColumns(readable, definition.columns),
  }
}

function findNextPull({ schedule }: DatasetDefinition, nowMs: number): string | null {
  const nextMs = schedule && nextRunAfter(schedule, nowMs)
  if (nextMs === undefined || isQuiet(schedule?.quietHours, schedule?.timeZone ?? 'UTC', nextMs)) return null
  return toInstant(nextMs)
}

function visibleColumns(
  { dataset, columns: granted }: ReadableDataset,
  formats: ColumnFormats,
): readonly ShownColumn[] {
  const columns = storedColumns.parse(JSON.parse(dataset.columns))
  const visible = granted ? columns.filter(({ name }) => granted.includes(name)) : columns
  return visible.map((column) => withFormat(column, formats))
}

function toOptionalInstant(atMs: number | undefined): string | null {
  return atMs === undefined ? null : toInstant(atMs)
}
