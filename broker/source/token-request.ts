import type { SourceDefinition } from '../dataset/source-definition.ts'
import type { Secret } from '../kernel/secret.ts'
import type { HttpRequest } from './http-caller.ts'
import { encodeForm } from './upstream-text.ts'

const maxAnswerBytes = 262_144

/**
 * The request that exchanges client credentials for an access token.
 *
 * @see RFC 6749 sections 4.4.2 and 2.3.1: with Basic, id and secret are form-encoded before they are joined
 */
export function buildTokenRequest(auth: SourceDefinition['auth'], secret: Secret): HttpRequest {
  const form = new URLSearchParams(auth.parameters)
  // Set last: a definition's parameters add to the grant, they do not replace it.
  form.set('grant_type', 'client_credentials')
  if (auth.scope !== undefined) form.set('scope', auth.scope)
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'content-type': 'application/x-www-form-urlencoded',
  }
  if (auth.method === 'client_secret_basic') {
    headers['authorization'] = `Basic ${encodeBasic(auth.clientId, secret)}`
    form.delete('client_id')
    form.delete('client_secret')
  } else {
    form.set('client_id', auth.clientId)
    form.set('client_secret', secret.reveal())
  }
  return { method: 'POST', url: new URL(auth.tokenUrl), headers, body: form.toString(), maxBytes: maxAnswerBytes }
}

/** Every text in a token request that must not be seen again, for cleaning messages. */
export function secretsOfTokenRequest(auth: SourceDefinition['auth'], secret: Secret): readonly string[] {
  return [secret.reveal(), encodeBasic(auth.clientId, secret)]
}

function encodeBasic(clientId: string, secret: Secret): string {
  return Buffer.from(`${encodeForm(clientId)}:${encodeForm(secret.reveal())}`).toString('base64')
}
