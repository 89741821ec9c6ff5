// Shapes that sources and datasets share in a definition file.
import * as z from 'zod'

/** A JSON pointer (RFC 6901), such as `/data/items`; the empty text names the whole body. */
export const jsonPointer = z
  .string()
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'Write a JSON pointer such as /data/items, or leave it empty.')

const parameterValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)
/** Names and values for a query or a form. */
export const parameters = z.record(z.string().min(1), parameterValue)

/** RFC 9110 section 5.6.2. */
export const headerName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'This is not a header name.')
