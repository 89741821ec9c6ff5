import { faker as german } from '@faker-js/faker/locale/de'
import { faker as british } from '@faker-js/faker/locale/en_GB'
import { faker as french } from '@faker-js/faker/locale/fr'
import { faker as polish } from '@faker-js/faker/locale/pl'

type Faker = typeof british

export interface Place {
  readonly Town: string
  readonly Postcode: string
  readonly Country: string
}

/** Values that records are composed of, drawn once from faker so that a record costs no call of it. */
export interface Pools {
  readonly firstNames: readonly string[]
  readonly lastNames: readonly string[]
  readonly places: readonly Place[]
  readonly jobTitles: readonly string[]
  readonly companyNames: readonly string[]
  readonly industries: readonly string[]
}

export const SKILLS = [
  'Accounts payable',
  'C#',
  'C++',
  'Excel',
  'Forklift licence',
  'French, fluent',
  'Java',
  'Negotiation',
  'Node.js',
  'Payroll',
  'Phlebotomy',
  'Power BI',
  'SAP FI/CO',
  'SQL',
  'Site management',
  'TIG welding',
] as const

/** What people type into free text: formula starts, quotes, line breaks, other scripts, things that look like numbers. */
export const NOTES = [
  '=SUM(A1:A3)',
  '=HYPERLINK("http://example.com","click")',
  "=cmd|' /C calc'!A0",
  '+44 call back on Monday',
  '-- no reply since May',
  '@anna please call',
  '00123',
  '1/2',
  '2024-02-30',
  'TRUE',
  '#N/A',
  '"Quoted", with a comma; and a semicolon',
  'First line\nSecond line',
  'Tab\there',
  'Zażółć gęślą jaźń',
  'Prefers 東京 or Kraków',
  'مرحبا',
  'Great fit 👍🏽',
  ' leading and trailing space ',
  'Notice period: 3 months.',
  'Spoke at the fair; wants part-time.',
] as const

// The pools are the same for every seed: a seed chooses from them.
const POOL_SEED = 20_240_601

export function drawPools(): Pools {
  const locales = [british, german, french, polish]
  locales.forEach((locale) => locale.seed(POOL_SEED))
  return {
    firstNames: locales.flatMap((locale) => draw(90, () => locale.person.firstName())),
    lastNames: [
      ...locales.flatMap((locale) => draw(150, () => locale.person.lastName())),
      "O'Brien",
      'Null',
      'True',
      'Nuñez-Øster',
    ],
    places: [
      ...drawPlaces(british, 'United Kingdom'),
      ...drawPlaces(german, 'Deutschland'),
      ...drawPlaces(french, 'France'),
      ...drawPlaces(polish, 'Polska'),
    ],
    jobTitles: draw(160, () => british.person.jobTitle()),
    companyNames: draw(700, () => british.company.name()),
    industries: draw(30, () => british.commerce.department()),
  }
}

function drawPlaces(locale: Faker, country: string): Place[] {
  return draw(60, () => ({ Town: locale.location.city(), Postcode: locale.location.zipCode(), Country: country }))
}

function draw<T>(count: number, one: () => T): T[] {
  return Array.from({ length: count }, one)
}
