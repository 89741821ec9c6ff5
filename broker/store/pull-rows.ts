import * as z from 'zod'
import { problems, type ProblemCode } from '../errors/problems.ts'
import type { PullRecord } from './records.ts'
import type { PullRow } from './schema.ts'
import type { PullRequest } from './stores.ts'

const warningTexts = z.array(z.string())

/** The row of a pull that nobody has taken yet. */
export function toQueuedRow({ id, dataset, requestedBy, isScheduled = false }: PullRequest, nowMs: number): PullRow {
  return {
    id,
    dataset,
    state: 'queued',
    requestedBy: requestedBy ?? null,
    priority: isScheduled ? 1 : 0,
    createdAtMs: nowMs,
    startedAtMs: null,
    endedAtMs: null,
    owner: null,
    leaseUntilMs: 0,
    attempts: 0,
    rows: 0,
    pages: 0,
    tokenCalls: 0,
    revision: null,
    rowsChanged: 0,
    rowsDeleted: 0,
    duplicates: 0,
    changesSinceMs: null,
    warnings: '[]',
    problemCode: null,
    problemMessage: null,
  }
}

/** What the rest of the broker sees of a row. */
export function toPull(row: PullRow): PullRecord {
  return {
    id: row.id,
    dataset: row.dataset,
    state: row.state,
    requestedBy: row.requestedBy ?? undefined,
    isScheduled: row.priority > 0,
    createdAtMs: row.createdAtMs,
    startedAtMs: row.startedAtMs ?? undefined,
    endedAtMs: row.endedAtMs ?? undefined,
    rows: row.rows,
    pages: row.pages,
    owner: row.owner ?? undefined,
    leaseUntilMs: row.leaseUntilMs,
    revision: row.revision ?? undefined,
    rowsChanged: row.rowsChanged,
    rowsDeleted: row.rowsDeleted,
    tokenCalls: row.tokenCalls,
    duplicates: row.duplicates,
    changesSinceMs: row.changesSinceMs ?? undefined,
    warnings: warningTexts.parse(JSON.parse(row.warnings)),
    problem: toProblem(row),
  }
}

function toProblem({ problemCode, problemMessage }: PullRow): PullRecord['problem'] {
  if (problemCode === null) return undefined
  // A newer version, run and taken back, may have left a code that this one does not know.
  return { code: isProblemCode(problemCode) ? problemCode : 'internal', message: problemMessage ?? '' }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}
