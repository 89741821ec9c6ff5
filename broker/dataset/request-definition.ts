// What a dataset's request is made of, and how settings point into requests and answers.
import * as z from 'zod'
import { headerName, jsonPointer, parameters } from './definition-parts.ts'

const bodyPointer = jsonPointer.min(1, 'Name a member of the body, such as /variables/after.')

/** Where a request carries a value: a query parameter (its bare name), a header, or a member of the JSON body. */
export const requestPlace = z.union(
  [z.string().min(1), z.strictObject({ header: headerName }), z.strictObject({ body: bodyPointer })],
  { error: "Write a query parameter's name, {header: Name}, or {body: /json/pointer}." },
)

/** Where an answer says something: at a JSON pointer of its body, or in a header. */
export const answerPlace = z.union([jsonPointer, z.strictObject({ header: headerName })], {
  error: 'Write a JSON pointer such as /meta/total, or {header: Name}.',
})

/** The request that a dataset is read with; what paging and windows need is set in it. */
export const requestDefinition = z
  .strictObject({
    /** POST is for searches only: a call may be sent again. */
    method: z.enum(['GET', 'POST']).default('GET'),
    path: z.string().regex(/^\/(?!\/)[^?#]*$/, 'Write a path such as /api/v1/items, without ? and #.'),
    query: parameters.default({}),
    headers: z.record(headerName, z.string()).default({}),
    /** The JSON body of a POST. */
    body: z.record(z.string(), z.json()).optional(),
    /** Where a successful answer tells of errors all the same (GraphQL's `/errors`): anything there fails the pull. */
    errors: jsonPointer.optional(),
    /** What a first page without any content (204) means: nothing that is known, or that there are no records. */
    noContent: z.enum(['refuse', 'empty']).default('refuse'),
  })
  .refine(({ method, body }) => body === undefined || method === 'POST', 'Only a POST has a body: add method: POST.')

/** How a place is called in a message. */
export function describePlace(place: RequestPlace | AnswerPlace): string {
  if (typeof place === 'string') return place
  return 'header' in place ? `the header ${place.header}` : `${place.body} of the body`
}

export type RequestPlace = z.infer<typeof requestPlace>
export type AnswerPlace = z.infer<typeof answerPlace>
export type RequestDefinition = z.infer<typeof requestDefinition>
