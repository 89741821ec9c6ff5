import type { SourceDefinition } from './source-definition.ts'

/** The places and the client that a source's secret was given for, as one text: it is never sent anywhere else. */
export function endpointsOf({ baseUrl, auth }: SourceDefinition): string {
  const client = auth.method === 'static' ? ['static'] : [auth.tokenUrl, auth.clientId]
  return JSON.stringify([new URL(baseUrl).origin, ...client])
}
