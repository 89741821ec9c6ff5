import { type Answer, BadRequest, type Endpoint, type EndpointCall, readCount, readParameters } from '../endpoint.ts'
import type { PublicData, PublicRecord } from './data.ts'

export const PUBLIC_SCOPE = 'publicdata-read'

const FOREIGN_ORIGIN = 'http://elsewhere.example'
const MAX_CITIES = 1_000
const MAX_MOVIES = 500

interface Position {
  readonly offset: number
  readonly size: number
}

/** Public data in two paging styles: RFC 8288 `Link` headers for cities, OData next links for movies. */
export function createPublicEndpoints(data: PublicData): Endpoint[] {
  return [
    {
      name: 'cities',
      path: '/public/cities',
      scope: PUBLIC_SCOPE,
      pageParameter: 'cursor',
      answer: async (call) => answerCities(await data.cities(), call),
    },
    {
      name: 'movies',
      path: '/public/movies',
      scope: PUBLIC_SCOPE,
      pageParameter: '$skiptoken',
      answer: async (call) => answerMovies(await data.movies(), call),
    },
  ]
}

function answerCities(all: readonly PublicRecord[], call: EndpointCall): Answer {
  const parameters = readParameters(call.url, ['limit', 'cursor', 'country'])
  const size = readCount(parameters.get('limit'), 'limit', { most: MAX_CITIES, otherwise: 100 })
  const country = parameters.get('country')
  const cities = country === undefined ? all : all.filter((city) => city['country'] === country)
  const position = spoil({ ...readPosition(parameters.get('cursor'), 'cursor', size), size }, call)
  const next = position.offset + size
  const links = [`<${linkTo(call, { limit: String(size) })}>; rel="first"`]
  if (next < cities.length) {
    links.unshift(
      `<${linkTo(call, { limit: String(size), cursor: writePosition({ offset: next, size }) })}>; rel="next"`,
    )
  }
  return { status: 200, headers: { link: links.join(', ') }, body: cities.slice(position.offset, next) }
}

function answerMovies(movies: readonly PublicRecord[], call: EndpointCall): Answer {
  const parameters = readParameters(call.url, ['$skiptoken', '$count'])
  const wished = /odata\.maxpagesize=(\d{1,6})/.exec(call.prefer ?? '')?.[1]
  // A wish, not an order (OData 8.2.8.5): a page above the maximum is served smaller, not refused.
  const size = Math.min(MAX_MOVIES, Math.max(1, Number(wished ?? 200)))
  const position = spoil(readPosition(parameters.get('$skiptoken'), '$skiptoken', size), call)
  const next = position.offset + position.size
  const nextToken = writePosition({ offset: next, size: position.size })
  return {
    status: 200,
    headers: { 'odata-version': '4.0' },
    body: {
      '@odata.context': new URL('/public/$metadata#movies', call.url).href,
      ...(parameters.get('$count') === 'true' ? { '@odata.count': movies.length } : {}),
      value: movies.slice(position.offset, next),
      ...(next < movies.length ? { '@odata.nextLink': linkTo(call, { $skiptoken: nextToken }) } : {}),
    },
  }
}

function spoil(position: Position, call: EndpointCall): Position {
  const back = call.pagingFault === 'repeated-page' ? position.size : 0
  return { ...position, offset: Math.max(0, position.offset - back) }
}

function linkTo(call: EndpointCall, parameters: Readonly<Record<string, string>>): string {
  const link = new URL(call.url)
  for (const name of ['cursor', '$skiptoken']) {
    link.searchParams.delete(name)
  }
  for (const [name, value] of Object.entries(parameters)) {
    link.searchParams.set(name, value)
  }
  return call.pagingFault === 'foreign-next' ? link.href.replace(link.origin, FOREIGN_ORIGIN) : link.href
}

// Opaque on purpose: a client that counts pages itself instead of following links must not get far.
function writePosition({ offset, size }: Position): string {
  return Buffer.from(`v1:${offset}:${size}`).toString('base64url')
}

function readPosition(token: string | undefined, name: string, size: number): Position {
  if (token === undefined) {
    return { offset: 0, size }
  }
  const match = /^v1:(\d{1,9}):(\d{1,4})$/.exec(Buffer.from(token, 'base64url').toString('utf8'))
  if (match === null) {
    throw new BadRequest(`"${name}" is not one that this API gave.`)
  }
  return { offset: Number(match[1]), size: Number(match[2]) }
}
