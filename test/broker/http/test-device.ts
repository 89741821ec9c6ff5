// A client of the broker made with jose and undici alone, so that it agrees with the specification and not with our own client.
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { request } from 'undici'
import type { Clock } from '../../../broker/kernel/clock.ts'

/** What a test changes in an otherwise right proof. undefined leaves a member out. */
export interface ProofChanges {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

export interface CallOptions {
  readonly body?: unknown
  readonly rawBody?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly changes?: ProofChanges
  /** Sent as it stands; null sends none. */
  readonly proof?: string | null
  readonly credential?: string | null
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
  // A test looks into bodies by name; what it finds is what it asserts.
  readonly body: Record<string, unknown>
}

/** One device: its key, the nonce it was given last, and the session's credential once it has one. */
export class TestDevice {
  readonly url: string
  readonly thumbprint: string
  credential: string | undefined
  nonce: string | undefined
  readonly #privateKey: CryptoKey
  readonly #publicKey: JWK
  readonly #clock: Clock

  private constructor(
    deps: { url: string; clock: Clock },
    key: { privateKey: CryptoKey; publicKey: JWK; thumbprint: string },
  ) {
    this.url = deps.url
    this.#clock = deps.clock
    this.#privateKey = key.privateKey
    this.#publicKey = key.publicKey
    this.thumbprint = key.thumbprint
  }

  static async make(deps: { url: string; clock: Clock }): Promise<TestDevice> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    return new TestDevice(deps, { privateKey, publicKey: jwk, thumbprint: await calculateJwkThumbprint(jwk) })
  }

  /** The same device at another instance of the broker. */
  at(url: string): TestDevice {
    const { thumbprint } = this
    const key = { privateKey: this.#privateKey, publicKey: this.#publicKey, thumbprint }
    return new TestDevice({ url, clock: this.#clock }, key)
  }

  /** The public key, as the proof's header has it. */
  get jwk(): JWK {
    return this.#publicKey
  }

  /** The private key as a JWK, for proofs that give it away. */
  privateJwk(): Promise<JWK> {
    return exportJWK(this.#privateKey)
  }

  /** A proof for a request with the credential that the device has, or `credential`. */
  async prove(method: string, path: string, changes: ProofChanges = {}, credential = this.credential): Promise<string> {
    const ath = credential === undefined ? undefined : createHash('sha256').update(credential).digest('base64url')
    const claims = {
      htm: method,
      htu: this.url + path.split('?')[0]!,
      iat: Math.floor(this.#clock.nowMs() / 1_000),
      jti: randomUUID(),
      nonce: this.nonce,
      ath,
      ...changes.claims,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.#publicKey, ...changes.header })
      .sign(this.#privateKey)
  }

  /** One request, as it is: no second try. */
  async send(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const credential = options.credential === null ? undefined : (options.credential ?? this.credential)
    const proof =
      options.proof === null
        ? undefined
        : (options.proof ?? (await this.prove(method, path, options.changes, credential)))
    const answer = await request(this.url + path, {
      method: method as 'GET',
      headers: {
        ...(credential !== undefined && { authorization: `DPoP ${credential}` }),
        ...(proof !== undefined && { dpop: proof }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: options.rawBody ?? (options.body === undefined ? null : JSON.stringify(options.body)),
    })
    const nonce = answer.headers['dpop-nonce']
    if (typeof nonce === 'string') this.nonce = nonce
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const isJson = /json/.test(String(answer.headers['content-type'])) && !answer.headers['content-encoding']
    const body = isJson && bytes.length > 0 ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {}
    return { status: answer.statusCode, headers: answer.headers, bytes, body }
  }

  /** A request, once more when the broker asks for its nonce. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const first = await this.send(method, path, options)
    return first.body['code'] === 'proof-nonce' ? this.send(method, path, options) : first
  }

  get(path: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('GET', path, options)
  }

  /** Redeems an invitation; the device has a session afterwards when that went well. */
  async signIn(invitation: string, device = 'Test device'): Promise<Answer> {
    const answer = await this.call('POST', '/api/v1/sessions', { body: { invitation, device }, credential: null })
    if (answer.status === 201) this.credential = answer.body['credential'] as string
    return answer
  }
}
