import { expect, test } from 'vitest'
import { parseDefinitionFile } from '../../../broker/dataset/definition-file.ts'
import { BrokerError } from '../../../broker/errors/broker-error.ts'

const known = { sources: new Set(['api']), datasets: new Map(), users: new Set<string>() }

function mistakesIn(settings: string): string[] {
  const text = `datasets:
  people:
    source: api
    request: { path: /people }
    paging: { type: none }
    ${settings.replaceAll('\n', '\n    ')}
`
  try {
    parseDefinitionFile(text, known)
  } catch (error) {
    if (error instanceof BrokerError) return error.details.map(({ message }) => message)
    throw error
  }
  return []
}

const window = 'window: { from: from-date, to: to-date, start: 2015-01-01 }'

test.each([
  'key: [Id]\nincremental: { since: UpdatedAfter }',
  'key: [Id]\nincremental: { since: { header: If-Modified-Since } }',
  'key: [Id]\nincremental: { since: $filter, value: "changed ge {since}", full: { cron: 0 3 * * * } }',
  `key: [Id]\nincremental: { query: { use-updated-dates: true }, overlapDays: 1 }\n${window}`,
  'schedule: { cron: "*/15 8-18 * * MON-FRI", timeZone: Europe/London, quietHours: { from: 22:00, to: 06:30 } }',
])('takes %j', (settings) => {
  expect(mistakesIn(settings)).toEqual([])
})

test.each([
  { settings: 'incremental: { since: After }', mistake: /incremental: Name a key/ },
  { settings: 'key: [Id]\nincremental: {}', mistake: /incremental: Say what carries the moment/ },
  { settings: 'key: [Id]\nincremental: { since: { body: /after } }', mistake: /since: Only a POST has a body/ },
  { settings: 'key: [Id]\nincremental: { since: a, value: yesterday }', mistake: /value: Write \{since\}/ },
  { settings: 'key: [Id]\nincremental: { since: a, overlapSeconds: 0 }', mistake: /overlapSeconds/ },
  { settings: 'key: [Id]\nincremental: { since: a, full: daily }', mistake: /full: Write \{everyHours: 24\}/ },
  { settings: `key: [Id]\nincremental: { since: a }\n${window}`, mistake: /since: The window asks by from-date/ },
  {
    settings: `key: [Id]\nincremental: {}\n${window.replace('2015-01-01', '2015-01-01, end: 2025-01-01')}`,
    mistake: /window.end: Changes go on/,
  },
  { settings: 'schedule: { cron: hourly }', mistake: /cron: Write five parts/ },
  { settings: 'schedule: { cron: 0 0 30 2 * }', mistake: /cron: This names no moment/ },
  {
    settings: 'schedule: { cron: 0 0 * * *, timeZone: CET/Berlin }',
    mistake: /timeZone: Write the name of a time zone/,
  },
  { settings: 'schedule: { cron: 0 0 * * *, quietHours: { from: 9, to: 10 } }', mistake: /quietHours.from/ },
  {
    settings: 'schedule: { cron: 0 0 * * *, quietHours: { from: "09:00", to: "09:00" } }',
    mistake: /quietHours: These hours are empty/,
  },
])('finds the mistake in $settings', ({ settings, mistake }) => {
  expect(mistakesIn(settings)).toContainEqual(expect.stringMatching(mistake))
})
