// Companies, jobs and placements: smaller sets that refer to each other and to candidates by their references.
import { formatDay, formatInstant } from '../calendar.ts'
import { SeededRandom } from '../random.ts'
import { candidateRef } from './candidates.ts'
import type { Pools } from './pools.ts'
import type { RowFacts, SampleRecord } from './record-set.ts'

export interface SetSizes {
  readonly candidates: number
  readonly companies: number
  readonly jobs: number
  readonly placements: number
}

export interface BusinessFacts {
  readonly seed: number
  readonly pools: Pools
  readonly sizes: SetSizes
}

type Builder = (facts: RowFacts) => SampleRecord

export function companyBuilder({ seed, pools }: BusinessFacts): Builder {
  return (facts) => {
    const random = new SeededRandom(seed, 3, facts.row)
    const place = random.pick(pools.places)
    return {
      CompanyRef: companyRef(facts.row),
      CompanyName: companyName(pools, facts.row),
      Industry: random.pick(pools.industries),
      Website: random.isTrue(0.2) ? null : `https://company-${facts.row + 1}.example`,
      Address: { Town: place.Town, Postcode: place.Postcode, Country: place.Country },
      Employees: random.isTrue(0.2) ? null : Math.ceil(10 ** (1 + 3 * random.next())),
      CreditLimit: random.isTrue(0.3) ? null : { Amount: random.between(10, 2_000) * 500, Currency: 'GBP' },
      IsActive: random.isTrue(0.9),
      ...datesOf(facts),
    }
  }
}

export function jobBuilder({ seed, pools, sizes }: BusinessFacts): Builder {
  return (facts) => {
    const random = new SeededRandom(seed, 4, facts.row)
    const companyRow = random.below(sizes.companies)
    const from = random.between(36, 160) * 500
    return {
      JobRef: jobRef(facts.row),
      JobTitle: random.pick(pools.jobTitles),
      CompanyRef: companyRef(companyRow),
      CompanyName: companyName(pools, companyRow),
      JobType: random.pick(['Permanent', 'Contract', 'Temporary']),
      Status: random.pick(['Open', 'Open', 'On hold', 'Filled', 'Cancelled']),
      Openings: random.between(1, 12),
      SalaryRange: { From: from, To: from + random.between(2, 40) * 250.25, Currency: 'GBP' },
      IsRemote: random.isTrue(0.3),
      StartDate: random.isTrue(0.3) ? null : dateAfter(facts.createdSeconds, random.between(7, 120)),
      ...datesOf(facts),
    }
  }
}

export function placementBuilder({ seed, pools, sizes }: BusinessFacts): Builder {
  return (facts) => {
    const random = new SeededRandom(seed, 5, facts.row)
    const startsAfterDays = random.between(7, 90)
    const salary = random.between(2_000, 12_000) * 10
    const percent = random.pick([12.5, 15, 17.5, 20, 25])
    return {
      PlacementRef: String(facts.row + 1).padStart(6, '0'),
      CandidateRef: candidateRef(random.below(sizes.candidates)),
      JobRef: jobRef(random.below(sizes.jobs)),
      JobTitle: random.pick(pools.jobTitles),
      CompanyName: companyName(pools, random.below(sizes.companies)),
      StartDate: dateAfter(facts.createdSeconds, startsAfterDays),
      EndDate: random.isTrue(0.6) ? null : dateAfter(facts.createdSeconds, startsAfterDays + random.between(30, 400)),
      Salary: { Amount: salary, Currency: 'GBP' },
      Fee: { Amount: Math.round(salary * percent) / 100, Percent: percent },
      IsInvoiced: random.isTrue(0.5),
      ...datesOf(facts),
    }
  }
}

function datesOf(facts: RowFacts): { Created: string; Updated: string } {
  return { Created: formatInstant(facts.createdSeconds), Updated: formatInstant(facts.updatedSeconds) }
}

function dateAfter(epochSeconds: number, days: number): string {
  return formatDay(Math.floor(epochSeconds / 86_400) + days)
}

function companyRef(row: number): string {
  return String(row + 1).padStart(5, '0')
}

function jobRef(row: number): string {
  return String(row + 1).padStart(6, '0')
}

function companyName(pools: Pools, row: number): string {
  const name = pools.companyNames[row % pools.companyNames.length] ?? ''
  // More companies than names: branches share a name and differ in their reference, as in real life.
  return row < pools.companyNames.length ? name : `${name} (branch ${Math.floor(row / pools.companyNames.length) + 1})`
}
