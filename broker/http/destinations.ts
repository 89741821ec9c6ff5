/** A host that users' computers must reach. */
export interface Destination {
  readonly host: string
  readonly purpose: string
}

/** What a firewall between users and the internet must let through, for the add-in alone: Office itself needs more. */
export function listDestinations(settings: {
  readonly publicUrl: string
  readonly officeJsUrl: string
  readonly signInOrigins: readonly string[]
}): readonly Destination[] {
  const own = new URL(settings.publicUrl).host
  const officeJs = settings.officeJsUrl.startsWith('/') ? own : new URL(settings.officeJsUrl).host
  return [
    { host: own, purpose: 'This broker: the add-in’s files, and the data' },
    ...(officeJs === own ? [] : [{ host: officeJs, purpose: 'office.js, Microsoft’s library for add-ins' }]),
    ...settings.signInOrigins.map((origin) => ({ host: new URL(origin).host, purpose: 'Signing in' })),
  ]
}
