/** Loads once, for all who ask; again for who asks after it has failed. */
export function loadOnce(load: () => Promise<void>): () => Promise<void> {
  let loaded: Promise<void> | undefined
  return () =>
    (loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      throw error
    }))
}
