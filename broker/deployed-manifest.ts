import packageFile from '../package.json' with { type: 'json' }
import { BrokerError } from './errors/broker-error.ts'
import { addinId, createManifest } from './manifest/manifest.ts'

/**
 * The add-in's manifest for the broker at `publicUrl`, in this release's version.
 *
 * @throws {BrokerError} `request-invalid` when Office could not load an add-in from there
 */
export function createDeployedManifest(publicUrl: string): string {
  try {
    return createManifest({ publicUrl, id: addinId, version: packageFile.version, name: 'Sheetbroker' })
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new BrokerError(
      'request-invalid',
      'Office loads add-ins from an https address alone, such as https://sheetbroker.example.com: SHEETBROKER_PUBLIC_URL, or --url.',
      { cause },
    )
  }
}
