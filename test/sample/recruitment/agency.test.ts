import { describe, expect, test } from 'vitest'
import { findDay, formatDay } from '../../../sample/calendar.ts'
import { SeededRandom } from '../../../sample/random.ts'
import { Agency } from '../../../sample/recruitment/agency.ts'
import type { SampleRecord } from '../../../sample/recruitment/record-set.ts'
import { planDays } from '../../../sample/recruitment/day-plan.ts'
import { sumOf } from '../sample-client.ts'

const TODAY = findDay('2026-05-04') ?? 0

function createAgency(options: { seed?: number; today?: number; candidates?: number } = {}): Agency {
  return new Agency({ candidates: 2_000, seed: 1, today: TODAY, ...options })
}

function textOf(record: SampleRecord | undefined, field: string): string {
  const value = record?.[field]
  if (typeof value !== 'string') {
    throw new TypeError(`${field} is not a text.`)
  }
  return value
}

function sumOfCandidates(agency: Agency): string {
  return sumOf([...agency.sets.candidates.all()]).checksum
}

describe('Agency', () => {
  test('has the same records for the same seed and day, others for another', () => {
    const checksum = sumOfCandidates(createAgency())
    expect(sumOfCandidates(createAgency())).toBe(checksum)
    expect(sumOfCandidates(createAgency({ seed: 2 }))).not.toBe(checksum)
    expect(sumOfCandidates(createAgency({ today: TODAY + 1 }))).not.toBe(checksum)
  })

  test('has 12,000 candidates with no day over 1,000, created or updated', () => {
    const { candidates } = createAgency({ candidates: 12_000 }).sets
    expect(candidates.size).toBe(12_000)
    for (const field of ['Created', 'Updated']) {
      const perDay = new Map<string, number>()
      for (const record of candidates.all()) {
        const day = textOf(record, field).slice(0, 10)
        perDay.set(day, (perDay.get(day) ?? 0) + 1)
      }
      const crowded = [...perDay.values()].filter((count) => count >= 300)
      expect(crowded.length).toBeGreaterThan(3)
      expect(Math.max(...crowded)).toBeLessThan(1_000)
      expect([...perDay.keys()].toSorted().at(-1)).toBe('2026-05-03')
    }
  })

  test('never updates a record before it was created', () => {
    const records = [...createAgency().sets.candidates.all()]
    expect(records.every((record) => textOf(record, 'Created') <= textOf(record, 'Updated'))).toBe(true)
    expect(records.some((record) => record['Created'] !== record['Updated'])).toBe(true)
  })

  test('keeps answering after many ticks, more deletions than records included', () => {
    const agency = createAgency({ candidates: 100 })
    for (let tick = 0; tick < 40; tick += 1) {
      agency.tick({ updated: 5, added: 60, deleted: 50 }, 1_777_900_000)
    }
    expect(agency.sets.candidates.size).toBe(500)
    const last = agency.tick({ updated: 0, added: 1, deleted: 10_000 }, 1_777_900_000)
    expect(last.deleted).toHaveLength(500)
    expect([...agency.sets.candidates.all()].map((record) => record['CandidateRef'])).toEqual(last.added)
  })

  test('gives each tick a later instant than the one before', () => {
    const agency = createAgency({ candidates: 100 })
    const [first = ''] = agency.tick({ updated: 0, added: 1, deleted: 0 }, 1_777_900_000).added
    const [second = ''] = agency.tick({ updated: 0, added: 1, deleted: 0 }, 1_777_900_000).added
    const updatedOf = (key: string): string =>
      textOf(
        [...agency.sets.candidates.all()].find((record) => record['CandidateRef'] === key),
        'Updated',
      )
    expect(updatedOf(second) > updatedOf(first)).toBe(true)
  })
})

describe('planDays', () => {
  test.each([1, 10, 999, 12_000, 100_000, 1_000_000])('places %i records, none on a day over 950', (total) => {
    const { counts, firstDay } = planDays(total, TODAY - 1, new SeededRandom(1))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total)
    expect(Math.max(...counts)).toBeLessThanOrEqual(950)
    expect(formatDay(firstDay + counts.length - 1)).toBe('2026-05-03')
    expect(counts.at(-1)).toBeGreaterThan(0)
  })
})
