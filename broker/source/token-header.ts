import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import { signProof, type ProofNonces } from './dpop.ts'
import type { HttpRequest } from './http-caller.ts'
import type { HeldToken } from './source-access.ts'

interface Deps {
  readonly auth: Pick<TokenAuthDefinition, 'header' | 'scheme'>
  readonly nonces: ProofNonces
  readonly clock: Clock
  readonly random: Random
}

/**
 * A request to the API with its token, in the header and with the word before it that the source wants.
 *
 * @see RFC 6750 section 2.1, RFC 9449 section 7.1
 */
export async function authoriseRequest(request: HttpRequest, token: HeldToken, deps: Deps): Promise<HttpRequest> {
  const { method, url } = request
  const accessToken = token.accessToken.reveal()
  const { header, scheme } = deps.auth
  const identity = token.identity && { identity: token.identity }
  if (!token.proofKey) {
    const value = scheme === '' ? accessToken : `${scheme} ${accessToken}`
    return { ...request, ...identity, headers: { ...request.headers, [header.toLowerCase()]: value } }
  }
  const proof = await signProof(token.proofKey, { method, url, nonce: deps.nonces.find(url), accessToken }, deps)
  const headers = { ...request.headers, authorization: `DPoP ${accessToken}`, dpop: proof }
  return { ...request, ...identity, headers }
}
