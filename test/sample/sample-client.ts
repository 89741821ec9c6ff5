// A plain client of the sample, written apart from the product's: what the tests compare the sample with.
import { createHash } from 'node:crypto'
import { request } from 'undici'
import { z } from 'zod'
import type { Sample } from '../../sample/sample.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

const record = z.record(z.string(), z.unknown())
const searchBody = z.strictObject({ Page: z.number(), PageSize: z.number(), Results: z.array(record) })

export type Row = z.output<typeof record>

export async function send(
  url: string,
  options: { method?: 'GET' | 'POST' | 'DELETE'; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  const { statusCode, headers, body } = await request(url, options)
  return { status: statusCode, headers, body: await body.json() }
}

export function askToken(sample: Sample, fields: Record<string, string> = {}): Promise<Reply> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: sample.clientId,
    client_secret: sample.clientSecret,
    scope: sample.scopes.join(' '),
    ...fields,
  })
  return postForm(sample.tokenUrl, form)
}

export function askTokenByHeader(sample: Sample, { clientId, clientSecret } = sample.basicClient): Promise<Reply> {
  const formEncode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
  const credentials = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: sample.scopes.join(' ') })
  return postForm(sample.tokenUrl, form, { authorization: `Basic ${credentials}` })
}

export async function fetchToken(sample: Sample, fields?: Record<string, string>): Promise<string> {
  const { body } = await askToken(sample, fields)
  return z.looseObject({ access_token: z.string() }).parse(body).access_token
}

export function get(sample: Sample, token: string, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  return send(new URL(path, sample.url).href, { headers: { authorization: `Bearer ${token}`, ...headers } })
}

export async function search(sample: Sample, token: string, query: string, set = 'candidates'): Promise<Row[]> {
  const version = set === 'placements' ? 'v1.1' : 'v1.0'
  const reply = await get(sample, token, `/api/${version}/${set}/search?${query}`)
  if (reply.status !== 200) {
    throw new Error(`Search answered ${reply.status}: ${JSON.stringify(reply.body)}`)
  }
  return searchBody.parse(reply.body).Results
}

/** All pages of one search, until an empty one. */
export async function searchAll(sample: Sample, token: string, query: string, set?: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let page = 1; ; page += 1) {
    const results = await search(sample, token, `${query}&Page-Size=200&Page=${page}`, set)
    if (results.length === 0) {
      return rows
    }
    rows.push(...results)
  }
}

export function control(sample: Sample, name: string, body?: unknown): Promise<Reply> {
  return send(`${sample.url}/_sample/${name}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

export async function readTruth(sample: Sample, query: string): Promise<{ count: number; checksum: string }> {
  const { body } = await control(sample, `records?${query}`)
  return z.looseObject({ count: z.number(), checksum: z.string() }).parse(body)
}

/** The checksum of sample/README.md, computed from its description. */
export function sumOf(records: readonly unknown[]): { count: number; checksum: string } {
  const sum = records
    .map((one) => BigInt(`0x${createHash('sha256').update(JSON.stringify(one)).digest('hex')}`))
    .reduce((total, digest) => (total + digest) % 2n ** 256n, 0n)
  return { count: records.length, checksum: sum.toString(16).padStart(64, '0') }
}

function postForm(url: string, form: URLSearchParams, headers: Record<string, string> = {}): Promise<Reply> {
  return send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form.toString(),
  })
}
