import { findDay, formatDay, formatInstant } from '../calendar.ts'
import { SeededRandom } from '../random.ts'
import { NOTES, type Pools, SKILLS } from './pools.ts'
import type { JsonValue, RowFacts, SampleRecord } from './record-set.ts'

const FIRST_BIRTHDAY = findDay('1958-01-01') ?? 0
const LAST_BIRTHDAY = findDay('2006-12-31') ?? 0
const CURRENCIES = ['GBP', 'GBP', 'GBP', 'EUR', 'PLN'] as const

/** Makes candidate records: the widest set, with every kind of value that a table has to survive. */
export function candidateBuilder(seed: number, pools: Pools): (facts: RowFacts) => SampleRecord {
  return (facts) => {
    const random = new SeededRandom(seed, 1, facts.row)
    // What an update may change is drawn per version; a person keeps name, birthday and skills.
    const current = new SeededRandom(seed, 2, facts.row, facts.version)
    const first = random.pick(pools.firstNames)
    const last = random.pick(pools.lastNames)
    return {
      CandidateRef: candidateRef(facts.row),
      Name: { First: first, Last: last },
      Email: drawEmail(random, `${first}.${last}`, facts.row),
      Phone: drawPhone(random),
      Address: drawAddress(random, pools),
      DateOfBirth: drawBirthday(random),
      Skills: drawSkills(random),
      HasCv: random.isTrue(0.8),
      JobTitle: current.isTrue(0.04) ? null : current.pick(pools.jobTitles),
      CompanyName: drawText(current, pools.companyNames),
      Salary: drawSalary(random, facts.version),
      AvailableFrom: current.isTrue(0.4)
        ? formatDay(Math.floor(facts.updatedSeconds / 86_400) + current.between(0, 120))
        : null,
      Notes: drawText(current, NOTES),
      Created: formatInstant(facts.createdSeconds),
      Updated: formatInstant(facts.updatedSeconds),
    }
  }
}

export function candidateRef(row: number): string {
  return String(row + 1).padStart(7, '0')
}

function drawEmail(random: SeededRandom, name: string, row: number): JsonValue {
  const kind = random.next()
  if (kind < 0.05) {
    return kind < 0.025 ? null : ''
  }
  const ascii = name.normalize('NFD').replaceAll(/[^A-Za-z.]/g, '')
  return `${ascii.toLowerCase()}.${row + 1}@example.com`
}

function drawPhone(random: SeededRandom): JsonValue {
  // The range that Ofcom keeps free for fiction; half of them with the trunk zero that a number type would lose.
  const number = `7700 900${String(random.below(1_000)).padStart(3, '0')}`
  return random.isTrue(0.1) ? null : random.isTrue(0.5) ? `+44 ${number}` : `0${number}`
}

function drawAddress(random: SeededRandom, pools: Pools): JsonValue {
  const place = random.pick(pools.places)
  const kind = random.next()
  if (kind < 0.03) {
    return null
  }
  return { Town: place.Town, Postcode: kind < 0.1 ? '' : place.Postcode, Country: place.Country }
}

function drawBirthday(random: SeededRandom): JsonValue {
  const day = random.between(FIRST_BIRTHDAY, LAST_BIRTHDAY)
  const kind = random.next()
  // 1900-01-01 is what an old system wrote for "unknown".
  return kind < 0.15 ? null : kind < 0.16 ? '1900-01-01' : formatDay(day)
}

function drawSkills(random: SeededRandom): JsonValue {
  const skills = new Set<string>()
  for (let count = random.below(5); count > 0; count -= 1) {
    skills.add(random.pick(SKILLS))
  }
  return [...skills]
}

function drawSalary(random: SeededRandom, version: number): JsonValue {
  const pence = random.between(1_800_000, 12_000_000)
  const currency = random.pick(CURRENCIES)
  const isKnown = random.isTrue(0.93)
  // An update always raises the salary, so that an updated record differs in more than its date.
  return isKnown || version > 0 ? { Amount: (pence + version * 25_050) / 100, Currency: currency } : null
}

function drawText(random: SeededRandom, pool: readonly string[]): JsonValue {
  const kind = random.next()
  const text = random.pick(pool)
  return kind < 0.25 ? null : kind < 0.35 ? '' : text
}
