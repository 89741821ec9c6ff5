/** A host that users' computers must reach. */
export interface Destination {
  readonly host: string
  readonly port: number
  readonly purpose: string
}

/** What a firewall between users and the internet must let through, for the add-in alone: Office itself needs more. */
export function listDestinations(settings: {
  readonly publicUrl: string
  readonly officeJsUrl: string
  readonly signInOrigins: readonly string[]
}): readonly Destination[] {
  const own = findPlace(settings.publicUrl)
  const officeJs = settings.officeJsUrl.startsWith('/') ? own : findPlace(settings.officeJsUrl)
  const isOwn = officeJs.host === own.host && officeJs.port === own.port
  return [
    { ...own, purpose: 'This broker: the add-in’s files, and the data' },
    ...(isOwn ? [] : [{ ...officeJs, purpose: 'office.js, Microsoft’s library for add-ins' }]),
    ...settings.signInOrigins.map((origin) => ({ ...findPlace(origin), purpose: 'Signing in' })),
  ]
}

function findPlace(url: string): Pick<Destination, 'host' | 'port'> {
  const { hostname, port, protocol } = new URL(url)
  const usual = protocol === 'https:' ? 443 : 80
  return { host: hostname, port: port === '' ? usual : Number(port) }
}
