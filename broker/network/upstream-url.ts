import * as z from 'zod'

/** Names of this machine, as `URL.hostname` has them. */
export const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A URL that requests may go to. */
export const upstreamUrl = z
  .url({ error: 'Write a whole URL, such as https://api.example.com.', abort: true })
  .refine((text) => {
    const url = new URL(text)
    return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname))
  }, 'Use https; plain http is allowed for this machine only (localhost).')
  .refine((text) => {
    const url = new URL(text)
    return url.username === '' && url.password === '' && url.hash === ''
  }, 'Leave user names, passwords and #fragments out of the URL.')
