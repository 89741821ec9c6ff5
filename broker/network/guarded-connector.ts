import type { SecureContextOptions } from 'node:tls'
import { buildConnector } from 'undici'
import type { AddressGuard } from './address-guard.ts'

/** Connects to allowed addresses only; a connection that leads elsewhere is closed before anything is sent over it. */
export function guardedConnector(
  addresses: AddressGuard,
  hostname: string,
  tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>,
): buildConnector.connector {
  const connect = buildConnector({
    ...tls,
    allowH2: false,
    lookup: addresses.lookupFor(hostname),
    // Said aloud, so that no environment variable can switch the check of certificates off.
    rejectUnauthorized: true,
  })
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error) {
        callback(error, null)
        return
      }
      try {
        addresses.checkAddress(hostname, socket.remoteAddress)
        callback(null, socket)
      } catch (refusal) {
        socket.destroy()
        callback(refusal instanceof Error ? refusal : new Error('The address was refused.'), null)
      }
    })
  }
}
