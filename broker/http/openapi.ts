import * as z from 'zod'
import { problems, type ProblemCode } from '../errors/problems.ts'
import type { AnswerDescription, Route } from './route.ts'
import { apiSchemas, problem } from './schemas.ts'

const version = '1'

/** Problems that any route of a permission can answer with. */
const usual: Readonly<Record<Route['permission'], readonly ProblemCode[]>> = {
  public: [],
  device: ['proof-required', 'proof-nonce', 'rate-limited', 'request-invalid', 'store-unavailable'],
  session: [
    'session-required',
    'session-expired',
    'session-held',
    'user-inactive',
    'proof-required',
    'proof-nonce',
    'rate-limited',
    'request-invalid',
    'store-unavailable',
  ],
}

/** The OpenAPI 3.1 description of `routes`: the same list that is mounted, with the schemas that requests are checked against. */
export function describeApi(routes: readonly Route[], publicUrl: string): object {
  const paths = Map.groupBy(routes, ({ path }) => toTemplate(path))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sheetbroker',
      version,
      description:
        'Complete, typed tables from OAuth-protected APIs. Sessions are bound to a device key by DPoP (RFC 9449).',
    },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(
      [...paths].map(([path, ofPath]) => [
        path,
        Object.fromEntries(ofPath.map((route) => [route.method, describeRoute(route)])),
      ]),
    ),
    components: {
      schemas: z.toJSONSchema(apiSchemas, { uri: reference, io: 'input' }).schemas,
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'DPoP',
          description: 'A session’s credential, and in the header DPoP a proof of its device key.',
        },
      },
    },
  }
}

function describeRoute(route: Route): object {
  const names = [...route.path.matchAll(/[:*](?<name>\w+)/g)].flatMap(({ groups }) => groups?.['name'] ?? [])
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(route.query ?? {}).map(([name, { description, schema }]) => ({
      name,
      in: 'query',
      description,
      schema: inline(schema),
    })),
  ]
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, describeAnswer(answer)] as const)
  return {
    summary: route.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(route.permission === 'session' && { security: [{ session: [] }] }),
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: pointTo(route.body) } } },
    }),
    responses: { ...Object.fromEntries(answers), ...describeProblems(route) },
  }
}

function describeProblems(route: Route): object {
  const codes = [...new Set([...usual[route.permission], ...(route.problems ?? [])])]
  const byStatus = Map.groupBy(codes, (code) => problems[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: pointTo(problem) } },
      },
    ]),
  )
}

function describeAnswer({ description, schema, mediaType }: AnswerDescription): object {
  if (schema) return { description, content: { 'application/json': { schema: pointTo(schema) } } }
  return mediaType === undefined ? { description } : { description, content: { [mediaType]: {} } }
}

function pointTo(schema: z.ZodType): object {
  const id = apiSchemas.get(schema)?.id
  if (id === undefined) throw new TypeError('A body’s schema needs a name in the registry.')
  return { $ref: reference(id) }
}

function inline(schema: z.ZodType): object {
  const entries = Object.entries(z.toJSONSchema(schema, { io: 'input' }))
  return Object.fromEntries(entries.filter(([name]) => name !== '$schema'))
}

function reference(id: string): string {
  return `#/components/schemas/${id}`
}

/** `/a/:b` in OpenAPI's way of writing. */
function toTemplate(path: string): string {
  return path.replaceAll(/[:*](\w+)/g, '{$1}')
}
