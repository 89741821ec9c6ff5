// Whether a server can be reached and believed: its name, its port, its certificate. No request is sent here.
import type { LookupAddress } from 'node:dns'
import { connect, isIP } from 'node:net'
import { connect as connectTls, getCACertificates, type PeerCertificate } from 'node:tls'
import { BrokerError } from '../errors/broker-error.ts'
import type { AddressGuard } from '../network/address-guard.ts'
import type { Finding } from './finding.ts'

export interface HostDeps {
  readonly addresses: AddressGuard
  readonly certificateAuthority: string | undefined
  readonly nowMs: number
  readonly timeoutMs: number
}

const dayMs = 86_400_000
const soonDays = 14

/** The steps for one server, up to the first that fails. */
export async function checkHost(url: URL, deps: HostDeps): Promise<Finding[]> {
  const found = await checkName(url, deps.addresses)
  if (found.finding) return [found.finding]
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const connection = await checkPort(url, { address: found.address, port, timeoutMs: deps.timeoutMs })
  if (connection) return [connection]
  if (url.protocol !== 'https:') return [{ isGood: true, text: `${url.host} takes connections, without TLS.` }]
  return [await checkCertificate(url, { ...deps, address: found.address, port })]
}

/** The address that the name leads to, if it is one that the broker may connect to. */
export async function checkName(
  url: URL,
  addresses: AddressGuard,
): Promise<{ finding: Finding; address?: undefined } | { finding?: undefined; address: string }> {
  const name = url.hostname.replace(/^\[|\]$/g, '')
  try {
    addresses.checkUrl(url)
    if (isIP(name) !== 0) return { address: name }
    const [first] = await lookUp(url.hostname, addresses)
    if (first) return { address: first.address }
    return { finding: bad(`The name ${name} leads to no address (DNS). Is it spelt right?`) }
  } catch (error) {
    if (error instanceof BrokerError) return { finding: bad(error.message) }
    const code = codeOf(error)
    const advice =
      code === 'ENOTFOUND'
        ? 'Is it spelt right? A name inside a company is known only to its own DNS server.'
        : 'The DNS server of this machine does not answer; that is a matter of its network.'
    return { finding: bad(`The name ${name} cannot be looked up (DNS, ${code}). ${advice}`) }
  }
}

function lookUp(hostname: string, addresses: AddressGuard): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    addresses.lookupFor(hostname)(hostname, { all: true }, (error, found) => {
      if (error) reject(error)
      else resolve(typeof found === 'string' ? [{ address: found, family: 4 }] : found)
    })
  })
}

/** What is wrong with connecting; undefined when nothing is. */
export function checkPort(
  url: URL,
  { address, port, timeoutMs }: { readonly address: string; readonly port: number; readonly timeoutMs: number },
): Promise<Finding | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: timeoutMs })
    const end = (finding: Finding | undefined): void => {
      socket.destroy()
      resolve(finding)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () =>
      end(
        bad(
          `${url.host} does not take connections (port ${port}, no answer). A firewall on the way may keep them off.`,
        ),
      ),
    )
    socket.once('error', (error) => end(bad(describeConnect(url.host, port, codeOf(error)))))
  })
}

function describeConnect(host: string, port: number, code: string): string {
  if (code === 'ECONNREFUSED') return `${host} refuses connections: nothing listens on port ${port}. Is the port right?`
  return `${host} cannot be reached (port ${port}, ${code}). Is there a way to it from this machine, past its firewall?`
}

/** Whether the certificate is one that pulls will accept, and for how long. */
export function checkCertificate(
  url: URL,
  deps: HostDeps & { readonly address: string; readonly port: number },
): Promise<Finding> {
  const { certificateAuthority, address, port, timeoutMs, nowMs } = deps
  const name = url.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connectTls({
      host: address,
      port,
      timeout: timeoutMs,
      servername: isIP(name) === 0 ? name : '',
      ...(certificateAuthority !== undefined && { ca: [...getCACertificates(), certificateAuthority] }),
      checkServerIdentity: (_address, certificate) => checkNames(name, certificate),
      // So that a bad certificate can be looked at. Nothing is sent over this connection; pulls always refuse such a server.
      rejectUnauthorized: false,
    })
    const end = (finding: Finding): void => {
      socket.destroy()
      resolve(finding)
    }
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate()
      const reason = socket.authorizationError as Error | string | null
      if (socket.authorized || reason === null) end(describeValid(url.host, certificate, nowMs))
      else end(bad(describeInvalid(url.host, typeof reason === 'string' ? reason : codeOf(reason), certificate)))
    })
    socket.once('timeout', () => end(bad(`${url.host} takes connections and then says nothing (TLS).`)))
    socket.once('error', (error) =>
      end(
        bad(
          `${url.host} takes connections but no TLS comes about (${codeOf(error)}). Is it https on this port, and does it ask for a client certificate?`,
        ),
      ),
    )
  })
}

function checkNames(name: string, certificate: PeerCertificate): Error | undefined {
  const names = namesOf(certificate)
  const isNamed = names.some((one) => {
    if (one.toLowerCase() === name.toLowerCase()) return true
    return one.startsWith('*.') && name.slice(name.indexOf('.')).toLowerCase() === one.slice(1).toLowerCase()
  })
  return isNamed ? undefined : Object.assign(new Error('name'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
}

function namesOf({ subjectaltname = '' }: PeerCertificate): string[] {
  return subjectaltname.split(', ').map((entry) => entry.replace(/^(?:DNS|IP Address):/, ''))
}

function describeValid(host: string, { valid_to: until }: PeerCertificate, nowMs: number): Finding {
  const leftDays = Math.floor((Date.parse(until) - nowMs) / dayMs)
  const day = new Date(until).toISOString().slice(0, 10)
  const soon = leftDays < soonDays ? ` That is in ${leftDays} days: whoever runs the server should renew it.` : ''
  return { isGood: true, text: `${host} can be reached and its certificate is good until ${day}.${soon}` }
}

function describeInvalid(host: string, code: string, certificate: PeerCertificate): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} ended on ${new Date(certificate.valid_to).toISOString().slice(0, 10)}. Whoever runs the server must renew it.`
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${host} is good only from ${new Date(certificate.valid_from).toISOString().slice(0, 10)} on. Is the clock of this machine right?`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${host} is for other names (${namesOf(certificate).slice(0, 5).join(', ').slice(0, 200)}). Write the name that it is for in the definition, if that is the same server.`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `The certificate of ${host} comes from an authority that this machine does not know (${code}). For a server inside your company give the authority's certificate: certificateAuthority in the definition.`
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${host} does not send the whole chain of its certificate (${code}). Whoever runs the server must add the intermediate certificate; until then it can be given as certificateAuthority.`
    default:
      return `The certificate of ${host} is not trusted (${code}).`
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown failure'
}

function bad(text: string): Finding {
  return { isGood: false, text }
}
