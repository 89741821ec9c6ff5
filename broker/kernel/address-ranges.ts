import { BlockList, isIP } from 'node:net'

const longestPrefix = { 4: 32, 6: 128 } as const

/** A set of IP addresses, given as addresses and CIDR ranges. */
export class AddressRanges {
  readonly #list = new BlockList()

  /** @param ranges what `isAddressRange` takes */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits] = range.split('/')
      const version = isIP(address) === 4 ? 4 : 6
      this.#list.addSubnet(address, bits === undefined ? longestPrefix[version] : Number(bits), `ipv${version}`)
    }
  }

  /** Whether the address is in it; false for what is no address. */
  has(address: string): boolean {
    const plain = plainAddress(address)
    return isIP(plain) !== 0 && this.#list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
  }
}

/** Whether `text` is an IP address or a CIDR range. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if ((version !== 4 && version !== 6) || rest.length > 0 || address.includes('%')) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longestPrefix[version])
}

/** An address without its zone; an IPv4 one that is written as IPv6 (`::ffff:127.0.0.1`, `::ffff:7f00:1`) as what it is. */
export function plainAddress(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  const shortest = new URL(`http://[${plain}]`).hostname
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(shortest)
  if (!mapped) return plain
  const [high, low] = [parseInt(mapped[1] ?? '', 16), parseInt(mapped[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
