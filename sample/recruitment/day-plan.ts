import type { SeededRandom } from '../random.ts'

const THREE_YEARS_DAYS = 1_095
// Below the search cap of 1,000: each day can still be read whole unless a crowded day is asked for.
const FULL_DAY = 950
const WEEKDAY_WEIGHTS = [0.15, 1.2, 1.3, 1.2, 1.1, 0.9, 0.15] as const

/** How many records were created on each of consecutive days. */
export interface DayPlan {
  readonly firstDay: number
  readonly counts: readonly number[]
}

/**
 * Spreads records over the three years that end with `lastDay`: quiet weekends, busy weekdays, and a few crowded days
 * with 300 to 900 records, as imports and fairs make them. Goes further back only when three years cannot hold them.
 */
export function planDays(total: number, lastDay: number, random: SeededRandom): DayPlan {
  const days = Math.max(THREE_YEARS_DAYS, Math.ceil(total / (FULL_DAY - 50)))
  const firstDay = lastDay - days + 1
  const counts = new Array<number>(days).fill(0)
  let left = total - crowdDays(counts, Math.floor(total * 0.4), random)
  // However few records there are, the last week is not empty.
  left -= place(counts, days - 1, Math.min(1, left))
  const ordinary = left
  const weightSum = counts.reduce((sum, _count, position) => sum + weightOf(firstDay + position), 0)
  for (let position = 0; position < days; position += 1) {
    const expected = (ordinary * weightOf(firstDay + position)) / weightSum
    const share = Math.floor(expected * (0.5 + random.next()))
    left -= place(counts, position, Math.min(share, left))
  }
  // What the shares left over goes wherever there is room, one record at a time while few, in blocks while many.
  while (left > 0) {
    left -= place(counts, random.below(days), Math.min(left, Math.ceil(left / days)))
  }
  return { firstDay, counts }
}

function crowdDays(counts: number[], most: number, random: SeededRandom): number {
  const maxCrowdedDays = Math.floor(counts.length / 20)
  let placed = 0
  for (let crowded = 0; crowded < maxCrowdedDays && most - placed >= 300; crowded += 1) {
    const position = random.below(counts.length)
    if (counts[position] === 0) {
      placed += place(counts, position, Math.min(random.between(300, 900), most - placed))
    }
  }
  return placed
}

function place(counts: number[], position: number, wanted: number): number {
  const before = counts[position] ?? 0
  const after = Math.min(FULL_DAY, before + wanted)
  counts[position] = after
  return after - before
}

function weightOf(day: number): number {
  // Day 0, 1 January 1970, was a Thursday; the weights start with Sunday.
  return WEEKDAY_WEIGHTS[(day + 4) % 7] ?? 1
}
