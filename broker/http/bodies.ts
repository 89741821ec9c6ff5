// How records of the state database look on the wire.
import * as z from 'zod'
import { columnTypes, type Column } from '../dataset/column.ts'
import { datasetDefinition, type DatasetDefinition } from '../dataset/definition.ts'
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

export function toDatasetSummary({ dataset }: ReadableDataset): DatasetSummary {
  return summarise(dataset, parseDefinition(dataset))
}

export function toDatasetBody({ dataset, columns }: ReadableDataset, activePull: PullRecord | undefined): DatasetBody {
  const definition = parseDefinition(dataset)
  return {
    ...summarise(dataset, definition),
    columns: visibleColumns(dataset, columns),
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

function summarise(record: DatasetRecord, definition: DatasetDefinition): DatasetSummary {
  const { name, revision, rows, pulledAtMs } = record
  const isPulled = revision > 0
  return {
    name,
    title: definition.title ?? name,
    description: definition.description ?? '',
    revision: isPulled ? revision : null,
    rows: isPulled ? rows : null,
    pulledAt: isPulled ? toInstant(pulledAtMs) : null,
  }
}

function visibleColumns(dataset: DatasetRecord, granted: readonly string[] | undefined): readonly Column[] {
  const columns = storedColumns.parse(JSON.parse(dataset.columns))
  return granted ? columns.filter(({ name }) => granted.includes(name)) : columns
}

function toOptionalInstant(atMs: number | undefined): string | null {
  return atMs === undefined ? null : toInstant(atMs)
}
