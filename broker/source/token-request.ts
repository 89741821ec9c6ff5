import { SignJWT } from 'jose'
import type { TokenAuthDefinition } from '../dataset/auth-definition.ts'
import type { Clock } from '../kernel/clock.ts'
import { makeId } from '../kernel/id.ts'
import type { Random } from '../kernel/random.ts'
import type { Secret } from '../kernel/secret.ts'
import type { HttpRequest } from './http-caller.ts'
import { readSigningKey, readTlsIdentity } from './private-key.ts'
import { encodeForm } from './upstream-text.ts'

type PrivateKeyAuth = Extract<TokenAuthDefinition, { method: 'private_key_jwt' }>

interface Deps {
  readonly clock: Clock
  readonly random: Random
}

const maxAnswerBytes = 262_144
const assertionSeconds = 60
const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const jwtBearerAssertion = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The request that exchanges client credentials for an access token. Made anew for every try: a signed statement is good
 * for one.
 *
 * @throws {BrokerError} `secret-invalid` when the secret is not of the method's kind
 * @see RFC 6749 sections 4.4.2 and 2.3.1: with Basic, id and secret are form-encoded before they are joined
 * @see RFC 7523 sections 2.1 and 2.2, RFC 8705 section 2, RFC 8707 section 2
 */
export async function buildTokenRequest(auth: TokenAuthDefinition, secret: Secret, deps: Deps): Promise<HttpRequest> {
  const form = new URLSearchParams(auth.parameters)
  // Set last: a definition's parameters add to the grant, they do not replace it.
  for (const name of credentialMembers) form.delete(name)
  form.set('grant_type', auth.grant)
  if (auth.scope !== undefined) form.set('scope', auth.scope)
  if (auth.audience !== undefined) form.set('audience', auth.audience)
  auth.resource?.forEach((resource, index) =>
    index === 0 ? form.set('resource', resource) : form.append('resource', resource),
  )
  const headers: Record<string, string> = {}
  switch (auth.method) {
    case 'client_secret_basic':
      headers['authorization'] = `Basic ${encodeBasic(auth.clientId, secret)}`
      break
    case 'client_secret_post':
      form.set('client_id', auth.clientId)
      form.set('client_secret', secret.reveal())
      break
    case 'private_key_jwt':
      await addAssertion(form, auth, secret, deps)
      break
    case 'tls_client_auth':
      form.set('client_id', auth.clientId)
      break
  }
  const identity = auth.method === 'tls_client_auth' ? { identity: readTlsIdentity(secret) } : {}
  return { ...writeRequest(auth, form, headers), ...identity }
}

const credentialMembers = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'assertion']

function writeRequest(
  auth: TokenAuthDefinition,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): HttpRequest {
  const isJson = auth.body === 'json'
  return {
    method: 'POST',
    url: new URL(auth.tokenUrl),
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...headers,
    },
    body: isJson ? JSON.stringify(toObject(form)) : form.toString(),
    maxBytes: maxAnswerBytes,
  }
}

/** Names that come several times become lists. */
function toObject(form: URLSearchParams): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}

async function addAssertion(form: URLSearchParams, auth: PrivateKeyAuth, secret: Secret, deps: Deps): Promise<void> {
  const assertion = await signAssertion(auth, secret, deps)
  if (auth.grant === 'jwt-bearer') {
    form.set('grant_type', jwtBearerGrant)
    form.set('assertion', assertion)
  } else {
    form.set('client_id', auth.clientId)
    form.set('client_assertion_type', jwtBearerAssertion)
    form.set('client_assertion', assertion)
  }
}

function signAssertion(auth: PrivateKeyAuth, secret: Secret, { clock, random }: Deps): Promise<string> {
  const { algorithm, clientId, subject, scope } = auth
  const { key, keyId } = readSigningKey(secret, algorithm)
  const kid = auth.keyId ?? keyId
  const issuedAt = Math.floor(clock.nowMs() / 1000)
  // Vendors that grant on a person's behalf read the scopes from the statement itself.
  const claims = subject !== undefined && scope !== undefined ? { scope } : {}
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(clientId)
    .setSubject(subject ?? clientId)
    .setAudience(auth.assertionAudience ?? auth.tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionSeconds)
    .setJti(makeId(random))
    .sign(key)
}

/** Every text in a token request that must not be seen again, for cleaning messages. */
export function secretsOfTokenRequest(auth: TokenAuthDefinition, secret: Secret): readonly string[] {
  return [secret.reveal(), encodeBasic(auth.clientId, secret)]
}

function encodeBasic(clientId: string, secret: Secret): string {
  return Buffer.from(`${encodeForm(clientId)}:${encodeForm(secret.reveal())}`).toString('base64')
}
