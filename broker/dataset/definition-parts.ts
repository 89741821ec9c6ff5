// Shapes that sources and datasets share in a definition file.
import * as z from 'zod'

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

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

/** A JSON pointer (RFC 6901), such as `/data/items`; the empty text names the whole body. */
export const jsonPointer = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'Write a JSON pointer such as /data/items, or leave it empty.')

const parameterValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)
/** Names and values for a query or a form. */
export const parameters = z.record(z.string().min(1), parameterValue)

/** RFC 9110 section 5.6.2. */
export const headerName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'This is not a header name.')
