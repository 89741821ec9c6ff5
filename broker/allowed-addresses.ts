import { lookup } from 'node:dns'
import type { Config } from './config.ts'
import { AddressGuard } from './network/address-guard.ts'
import { loopbackHosts } from './network/upstream-url.ts'

/**
 * The addresses that this deployment’s sources and identity providers may have: public ones, those that its administrator lists,
 * and this machine itself where the broker serves nobody else.
 */
export function guardAddresses(config: Config): AddressGuard {
  const publicUrl = config.SHEETBROKER_PUBLIC_URL
  const isForThisMachine = publicUrl === undefined || loopbackHosts.has(new URL(publicUrl).hostname)
  return new AddressGuard({
    allowed: config.SHEETBROKER_ALLOW_ADDRESSES,
    mayNameThisMachine: isForThisMachine,
    lookup,
  })
}
