import { describe, expect, test } from 'vitest'
import { datasetDefinition, type DatasetDefinition } from '../../../broker/dataset/definition.ts'
import { narrowToChanges, planReading, pointAfter } from '../../../broker/pull/reading-plan.ts'

const hourMs = 3_600_000
const nowMs = Date.UTC(2026, 0, 31, 12)

function define(incremental: object, changes: object = {}): DatasetDefinition {
  return datasetDefinition.parse({
    source: 'crm',
    request: { path: '/jobs', query: { sort: 'id' } },
    paging: { type: 'none' },
    key: ['Id'],
    incremental,
    ...changes,
  })
}

describe('planReading', () => {
  const state = { readFromMs: nowMs - hourMs, fullReadAtMs: nowMs - 2 * hourMs }

  test.each([
    { name: 'changes since the last pull, ten minutes before', incremental: {}, sinceMs: nowMs - hourMs - 600_000 },
    { name: 'an overlap in days', incremental: { overlapDays: 1 }, sinceMs: nowMs - 25 * hourMs },
    {
      name: 'an overlap in both',
      incremental: { overlapDays: 1, overlapSeconds: 1 },
      sinceMs: nowMs - 25 * hourMs - 1_000,
    },
    { name: 'everything when it is time', incremental: { full: { everyHours: 2 } }, sinceMs: undefined },
    { name: 'changes while it is not', incremental: { full: { everyHours: 2.1 } }, sinceMs: nowMs - hourMs - 600_000 },
    { name: 'everything when cron says so', incremental: { full: { cron: '30 11 * * *' } }, sinceMs: undefined },
    {
      name: 'changes until it does',
      incremental: { full: { cron: '30 12 * * *' } },
      sinceMs: nowMs - hourMs - 600_000,
    },
    {
      name: 'everything in the time zone',
      incremental: { full: { cron: '30 6 * * *', timeZone: 'America/New_York' } },
      sinceMs: undefined,
    },
  ])('reads $name', ({ incremental, sinceMs }) => {
    expect(planReading(define(incremental), state, nowMs)).toBe(sinceMs)
  })

  test.each([
    { name: 'was never read', changes: { readFromMs: 0, fullReadAtMs: 0 } },
    { name: 'was read after now, as the clock has it', changes: { readFromMs: nowMs + 1 } },
    { name: 'was read in full after now', changes: { fullReadAtMs: nowMs + 1 } },
  ])('reads everything of a dataset that $name', ({ changes }) => {
    expect(planReading(define({}), { ...state, ...changes }, nowMs)).toBeUndefined()
  })

  test('reads everything where nothing else is defined', () => {
    expect(planReading({ ...define({}), incremental: undefined }, state, nowMs)).toBeUndefined()
  })
})

describe('narrowToChanges', () => {
  const sinceMs = Date.parse('2026-01-31T10:20:30.999Z')

  test.each([
    { incremental: { since: 'after' }, query: { after: '2026-01-31T10:20:30Z' } },
    { incremental: { since: 'after', format: 'epoch-seconds' }, query: { after: '1769854830' } },
    { incremental: { since: 'after', format: 'epoch-milliseconds' }, query: { after: '1769854830999' } },
    // Somewhere it is still the day before.
    { incremental: { since: 'after', format: 'date' }, query: { after: '2026-01-30' } },
    {
      incremental: { since: '$filter', value: 'changed ge {since}' },
      query: { $filter: 'changed ge 2026-01-31T10:20:30Z' },
    },
    {
      incremental: { since: 'after', query: { by: 'updated', sort: 'updated' } },
      query: { after: '2026-01-31T10:20:30Z', by: 'updated', sort: 'updated' },
    },
  ])('writes $incremental', ({ incremental, query }) => {
    const { request, ...rest } = narrowToChanges(define(incremental), sinceMs)
    expect(request).toEqual({ ...define(incremental).request, query: { sort: 'id', ...query } })
    expect(rest).toEqual({ ...define(incremental), request: undefined })
  })

  test('writes into a header', () => {
    const { request } = narrowToChanges(define({ since: { header: 'If-Modified-Since' } }), sinceMs)
    expect(request.headers).toEqual({ 'If-Modified-Since': '2026-01-31T10:20:30Z' })
  })

  test('writes into the body, beside what is there', () => {
    const body = { query: 'q', variables: { first: 10, 'a/b': { x: 1 } } }
    const request = { method: 'POST', path: '/graphql', body }
    const definition = define({ since: { body: '/variables/a~1b/since' } }, { request })
    expect(narrowToChanges(definition, sinceMs).request.body).toEqual({
      query: 'q',
      variables: { first: 10, 'a/b': { x: 1, since: '2026-01-31T10:20:30Z' } },
    })
    expect(definition.request.body).toEqual(body)
  })

  test.each([
    { format: 'date', start: '2026-01-30' },
    { format: 'datetime', start: '2026-01-31' },
  ])('begins a window of $format later, with the query for updates', ({ format, start }) => {
    const window = { from: 'from-date', to: 'to-date', format, start: '2015-01-01', cap: 1000 }
    const narrowed = narrowToChanges(define({ query: { 'use-updated-dates': true } }, { window }), sinceMs)
    expect(narrowed.window).toEqual({ ...define({}, { window }).window, start })
    expect(narrowed.request.query).toEqual({ sort: 'id', 'use-updated-dates': 'true' })
  })
})

describe('pointAfter', () => {
  const byColumn = define({ updatedColumn: 'UpdatedAt' }).incremental
  const incremental = { isFull: false, readFromMs: nowMs - hourMs }
  test.each([
    {
      name: 'is when the pull began',
      definition: define({}).incremental,
      latestChangeMs: nowMs - 5,
      before: incremental,
      point: nowMs,
    },
    {
      name: 'is the newest change where the source is behind',
      definition: byColumn,
      latestChangeMs: nowMs - 5,
      before: incremental,
      point: nowMs - 5,
    },
    {
      name: 'is when the pull began where the source is ahead',
      definition: byColumn,
      latestChangeMs: nowMs + 5,
      before: incremental,
      point: nowMs,
    },
    {
      name: 'stays where it was when nothing has changed',
      definition: byColumn,
      latestChangeMs: undefined,
      before: incremental,
      point: nowMs - hourMs,
    },
    {
      name: 'is unknown where no record ever says',
      definition: byColumn,
      latestChangeMs: undefined,
      before: { isFull: true, readFromMs: 0 },
      point: 0,
    },
    {
      name: 'is never the beginning of time, which means unread',
      definition: byColumn,
      latestChangeMs: -62_135_596_800_000,
      before: incremental,
      point: 1,
    },
  ])('$name', ({ definition, latestChangeMs, before, point }) => {
    expect(pointAfter({ startedAtMs: nowMs, latestChangeMs }, definition, before)).toBe(point)
  })
})
