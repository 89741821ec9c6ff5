// What instances pass on to each other of a token: itself, its proof key, and which secret it came from.
import * as z from 'zod'
import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'
import { openProofKey } from './dpop.ts'
import { identityFor } from './private-key.ts'
import type { HeldToken } from './source-access.ts'
import type { ExchangedToken, SealedSecret } from './token-exchange.ts'

/** All that a request needs of a token. */
export type UsableToken = Pick<HeldToken, 'accessToken' | 'proofKey' | 'identity'>

const proofKeyForm = z.object({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string(), d: z.string() })
const form = z.object({ accessToken: z.string(), secretVersion: z.string(), proofKey: proofKeyForm.optional() })

/** The text to seal. */
export function sealToken({ accessToken, secretVersion, proofKey }: ExchangedToken): Secret {
  return new Secret(
    JSON.stringify({ accessToken: accessToken.reveal(), secretVersion, proofKey: proofKey?.privateJwk }),
  )
}

/**
 * The token that another process sealed. A certificate is not sealed with it: it is one of the source's secrets.
 *
 * @throws {BrokerError} `secret-unreadable` when it cannot be used: another version wrote it, or its certificate is gone
 */
export async function openSealedToken(
  text: Secret,
  auth: TokenAuthDefinition,
  secrets: readonly SealedSecret[],
): Promise<UsableToken> {
  const { data } = form.safeParse(JSON.parse(text.reveal()))
  if (!data) throw new BrokerError('secret-unreadable', 'The shared token has a form that this version does not know.')
  const secret = auth.method === 'tls_client_auth' && secrets.find(({ version }) => version === data.secretVersion)
  if (secret === undefined) throw new BrokerError('secret-unreadable', 'The certificate of the shared token is gone.')
  return {
    accessToken: new Secret(data.accessToken),
    proofKey: data.proofKey && (await openProofKey(data.proofKey)),
    identity: secret === false ? undefined : identityFor(auth, await secret.open()),
  }
}
