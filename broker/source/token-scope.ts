import { createHash } from 'node:crypto'
import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import type { SealedSecret } from './token-exchange.ts'

/** Names what a token depends on: whoever has the same digest can use the same token. `audience` is where it is used. */
export function digestOf(auth: TokenAuthDefinition, audience: string): string {
  const { token, parameters, scope } = auth
  const members = Object.entries({
    ...auth,
    // What only says how a token is asked for, read or sent: changing that needs no new token.
    ...{ tokenBudget: undefined, header: undefined, scheme: undefined, body: undefined, token: undefined },
    audienceUrl: audience,
    pointer: token.pointer,
    scope: scope?.split(/\s+/).toSorted(),
    parameters: Object.entries(parameters).toSorted(),
  })
  return createHash('sha256').update(JSON.stringify(members.toSorted())).digest('base64url')
}

/** Names the secrets together. */
export function versionOf(secrets: readonly SealedSecret[]): string {
  return secrets.map(({ version }) => version).join(' ')
}

/** The same secrets, the one that worked last in front. */
export function preferring(version: string | undefined, secrets: readonly SealedSecret[]): readonly SealedSecret[] {
  const preferred = secrets.filter((secret) => secret.version === version)
  return [...preferred, ...secrets.filter((secret) => secret.version !== version)]
}
