import { findDay } from '../calendar.ts'
import { type Answer, BadRequest, type Endpoint, type EndpointCall, readCount, readParameters } from '../endpoint.ts'
import { type Agency, dayOfMs, type SetName } from './agency.ts'
import type { SampleRecord, Search } from './record-set.ts'

const DEFAULT_PAGE_SIZE = 50
const MAX_PAGE_SIZE = 200
const MAX_RECORDS = 1_000
const DEFAULT_DAYS = 7
const COMMON_PARAMETERS = ['Page', 'Page-Size', 'from-date', 'to-date', 'use-updated-dates']

interface SearchSpec {
  readonly set: SetName
  readonly path: string
  readonly scope: string
  /** Query parameter to record field; texts match in part and in any case. */
  readonly filters: Readonly<Record<string, string>>
}

const SEARCHES: readonly SearchSpec[] = [
  {
    set: 'candidates',
    path: '/api/v1.0/candidates/search',
    scope: 'candidatesAPI-read',
    filters: {
      'candidate-ref': 'CandidateRef',
      'job-title': 'JobTitle',
      'company-name': 'CompanyName',
      'has-cv': 'HasCv',
    },
  },
  {
    set: 'jobs',
    path: '/api/v1.0/jobs/search',
    scope: 'jobsAPI-read',
    filters: { 'job-ref': 'JobRef', 'job-title': 'JobTitle', 'company-name': 'CompanyName', status: 'Status' },
  },
  {
    set: 'placements',
    path: '/api/v1.1/placements/search',
    scope: 'placementdetailsAPI-read',
    filters: { 'placement-ref': 'PlacementRef', 'job-title': 'JobTitle', 'company-name': 'CompanyName' },
  },
  {
    set: 'companies',
    path: '/api/v1.0/companies/search',
    scope: 'companiesAPI-read',
    filters: { 'company-ref': 'CompanyRef', 'company-name': 'CompanyName', industry: 'Industry' },
  },
]

export interface SearchApiDeps {
  readonly agency: Agency
  /** The instant that "today" and "the last 7 days" refer to. */
  readonly dataNow: () => number
  /** True: the cap of 1,000 holds for one call, and paging leads past it. */
  readonly capPerCall: boolean
}

/** The four search endpoints of the recruitment API. */
export function createSearchEndpoints(deps: SearchApiDeps): Endpoint[] {
  return SEARCHES.map((spec) => ({
    name: spec.set,
    path: spec.path,
    scope: spec.scope,
    pageParameter: 'Page',
    answer: (call) => answerSearch(deps, spec, call),
  }))
}

function answerSearch(deps: SearchApiDeps, spec: SearchSpec, call: EndpointCall): Answer {
  const parameters = readParameters(call.url, [...COMMON_PARAMETERS, ...Object.keys(spec.filters)])
  const pageSize = readCount(parameters.get('Page-Size'), 'Page-Size', {
    most: MAX_PAGE_SIZE,
    otherwise: DEFAULT_PAGE_SIZE,
  })
  const page = readCount(parameters.get('Page'), 'Page', { most: 1_000_000, otherwise: 1 })
  const offset = (call.pagingFault === 'repeated-page' ? page - 2 : page - 1) * pageSize
  const limit = deps.capPerCall ? pageSize : Math.min(pageSize, Math.max(0, MAX_RECORDS - offset))
  const results = deps.agency.sets[spec.set].search({
    ...readDates(parameters, dayOfMs(deps.dataNow())),
    offset,
    limit,
    matches: readFilters(parameters, spec),
  })
  // No total: the vendor's answer is not known to have one, so nobody may come to need it.
  return { status: 200, body: { Page: page, PageSize: pageSize, Results: results } }
}

function readDates(parameters: Map<string, string>, today: number): Pick<Search, 'dates' | 'fromDay' | 'toDay'> {
  const dates = readFlag(parameters, 'use-updated-dates') === true ? 'updated' : 'created'
  const fromDay = readDate(parameters, 'from-date')
  const toDay = readDate(parameters, 'to-date')
  if (fromDay === undefined && toDay === undefined) {
    return { dates, fromDay: today - DEFAULT_DAYS, toDay: today }
  }
  if (fromDay !== undefined && toDay !== undefined && fromDay > toDay) {
    throw new BadRequest('"from-date" is after "to-date".')
  }
  return { dates, fromDay: fromDay ?? 0, toDay: toDay ?? today }
}

function readDate(parameters: Map<string, string>, name: string): number | undefined {
  const text = parameters.get(name)
  const day = text === undefined ? undefined : findDay(text)
  if (text !== undefined && day === undefined) {
    throw new BadRequest(`"${name}" must be a date, YYYY-MM-DD.`)
  }
  return day
}

function readFlag(parameters: Map<string, string>, name: string): boolean | undefined {
  const text = parameters.get(name)
  if (text !== undefined && text !== 'true' && text !== 'false') {
    throw new BadRequest(`"${name}" must be true or false.`)
  }
  return text === undefined ? undefined : text === 'true'
}

function readFilters(parameters: Map<string, string>, spec: SearchSpec): Search['matches'] {
  const wanted = Object.entries(spec.filters).flatMap(([parameter, field]) => {
    const text = parameters.get(parameter)?.toLowerCase()
    return text === undefined ? [] : [{ field, text }]
  })
  if (wanted.length === 0) {
    return undefined
  }
  return (record: SampleRecord) =>
    wanted.every(({ field, text }) => {
      const value = record[field]
      return typeof value === 'string' ? value.toLowerCase().includes(text) : JSON.stringify(value) === text
    })
}
