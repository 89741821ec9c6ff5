// What must fit together between a dataset's request, its paging and its window; the shape of each is checked before.
import type { DatasetDefinition } from './definition.ts'
import { describePlace, type RequestPlace } from './request-definition.ts'

/** A mistake in a dataset, with the path of the setting below it. */
export interface PagingMistake {
  readonly path: readonly string[]
  readonly message: string
}

/** Every mistake in how the dataset's pages are asked for. */
export function findPagingMistakes(dataset: DatasetDefinition): PagingMistake[] {
  const { request, window } = dataset
  const mistakes: PagingMistake[] = []
  const places = listPlaces(dataset)
  for (const { path, place } of places) {
    if (typeof place !== 'string' && 'body' in place && request.method !== 'POST')
      mistakes.push({ path, message: 'Only a POST has a body: add method: POST to the request.' })
  }
  const texts = places.map(({ place }) => JSON.stringify(place))
  places.forEach(({ path, place }, at) => {
    if (texts.indexOf(JSON.stringify(place)) < at)
      mistakes.push({ path, message: `${describePlace(place)} is taken by another setting.` })
  })
  for (const { path, place } of places) {
    if (path[0] === 'window' && typeof place === 'string' && Object.hasOwn(request.query, place))
      mistakes.push({
        path: ['request', 'query', place],
        message: `The window sets ${place}; leave it out of the query.`,
      })
  }
  if (window && window.end !== 'today' && window.end < window.start)
    mistakes.push({ path: ['window', 'end'], message: 'The end lies before the start.' })
  return mistakes
}

/** Every place of the request that a value is set at. */
function listPlaces({ paging, window }: DatasetDefinition): { path: string[]; place: RequestPlace }[] {
  const found = [
    { path: ['paging', 'parameter'], place: 'parameter' in paging ? paging.parameter : undefined },
    { path: ['paging', 'sizeParameter'], place: 'sizeParameter' in paging ? paging.sizeParameter : undefined },
    { path: ['window', 'from'], place: window?.from },
    { path: ['window', 'to'], place: window?.to },
    { path: ['window', 'split', 'parameter'], place: window?.split?.parameter },
  ]
  return found.flatMap(({ path, place }) => (place === undefined ? [] : [{ path, place }]))
}
