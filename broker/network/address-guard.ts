// Which addresses egress may connect to. A definition names hosts, and whoever controls a host's DNS chooses its address, so
// the address itself is judged: before connecting where it stands in the URL, while the name is looked up (an answer judged
// earlier could be another one by then), and once more on the socket, before a byte of the request is sent.
import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { BrokerError } from '../errors/broker-error.ts'
import { AddressRanges, plainAddress } from '../kernel/address-ranges.ts'

/** `dns.lookup` in the form that gives all addresses. */
export type LookupAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

export interface AddressGuardDeps {
  /** CIDR ranges and addresses that the deployment allows although they are not public. */
  readonly allowed: readonly string[]
  /** Whether a URL may name this machine: `localhost`, `127.0.0.1` or `[::1]`, and nothing that resolves to it. */
  readonly mayNameThisMachine: boolean
  readonly lookup: LookupAll
}

const namesOfThisMachine = new Set(['localhost', '127.0.0.1', '[::1]'])

/** No public server of IPv4 is in here. RFC 6890, and Azure's metadata address, which looks public. */
const notPublic4 = new AddressRanges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])
/** Of IPv6 only this much is public, and not the parts of it that lead into IPv4 or are for examples. */
const public6 = new AddressRanges(['2000::/3'])
const notPublic6 = new AddressRanges(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])
const thisMachine = new AddressRanges(['127.0.0.0/8', '::1'])

/** Decides for one deployment. */
export class AddressGuard {
  readonly #allowed: AddressRanges
  readonly #mayNameThisMachine: boolean
  readonly #lookup: LookupAll

  constructor(deps: AddressGuardDeps) {
    this.#allowed = new AddressRanges(deps.allowed)
    this.#mayNameThisMachine = deps.mayNameThisMachine
    this.#lookup = deps.lookup
  }

  /**
   * Judges the address that stands in a URL, if one does: for those no name is looked up.
   *
   * @throws {BrokerError} `source-address`
   */
  checkUrl(url: URL): void {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0) this.checkAddress(url.hostname, host)
  }

  /**
   * Judges the address that a connection for `hostname` leads to.
   *
   * @throws {BrokerError} `source-address`
   */
  checkAddress(hostname: string, address: string | undefined): void {
    if (address === undefined || !this.#isAllowed(hostname, address)) throw refusal(hostname)
  }

  /** Looks up a name for a new connection, and gives only addresses that are allowed. */
  lookupFor(hostname: string): LookupFunction {
    return (name, options, callback) => {
      this.#lookup(name, { ...options, all: true }, (error, found) => {
        if (error) {
          callback(error, '', 0)
          return
        }
        const addresses = found.filter(({ address }) => this.#isAllowed(hostname, address))
        const [first] = addresses
        if (first === undefined) callback(refusal(hostname), '', 0)
        else if (options.all === true) callback(null, addresses)
        else callback(null, first.address, first.family)
      })
    }
  }

  #isAllowed(hostname: string, address: string): boolean {
    if (this.#allowed.has(address)) return true
    if (this.#mayNameThisMachine && namesOfThisMachine.has(hostname)) return thisMachine.has(address)
    if (isIP(plainAddress(address)) === 4) return !notPublic4.has(address)
    return public6.has(address) && !notPublic6.has(address)
  }
}

/** The address stays out of the message: it would tell what lies in a network that the reader may not see. */
function refusal(hostname: string): BrokerError {
  return new BrokerError(
    'source-address',
    `${hostname} leads to an address that is not public. If it is meant to, list the address in SHEETBROKER_ALLOW_ADDRESSES.`,
  )
}
