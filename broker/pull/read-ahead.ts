/** What a reading gives one after the other. */
type Pages<Page> = AsyncGenerator<Page, undefined>

/**
 * The pages of a reading, the next one asked for while one is worked on, as long as `isLight` says that two fit the memory. Whoever stops
 * early ends the reading, whatever it waits for.
 */
export async function* readAhead<Page>(
  read: (signal: AbortSignal) => Pages<Page>,
  isLight: (page: Page) => boolean,
  signal: AbortSignal,
): Pages<Page> {
  const stopped = new AbortController()
  const pages = read(AbortSignal.any([signal, stopped.signal]))
  let next = pages.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      const isAhead = isLight(value)
      if (isAhead) {
        next = pages.next()
        next.catch(() => undefined) // Whoever awaits it learns of it.
      }
      yield value
      if (!isAhead) next = pages.next()
    }
  } finally {
    stopped.abort(new Error('Nobody reads on.'))
    await pages.return(undefined)
  }
}
