import helmet from 'helmet'

/** For answers that are data: a browser that shows one runs and loads nothing. */
const dataPolicy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/** The headers of every answer; the add-in's pages replace some of them. */
export function createSecurityHeaders(publicUrl: string) {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: dataPolicy },
    // Not for subdomains: they are the company's, not ours.
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  })
}

/** Where office.js may come from: https, or this host. */
const officeJsForm = /^(?:https:\/\/[^\s"'<>;,]+|\/(?!\/)[^\s"'<>;,]*)$/

/**
 * The policy of the add-in's pages.
 *
 * office.js loads its other scripts from its own folder, evaluates nothing and styles through the CSSOM, so it needs no `unsafe-` word. Its
 * frame is the question whether an unknown Office server is to be trusted. Its telemetry is not let through.
 *
 * @throws {TypeError} when a part could break out of the policy
 */
export function addinPolicy(officeJsUrl: string, frameAncestors: readonly string[]): string {
  if (!officeJsForm.test(officeJsUrl)) throw new TypeError('The URL of office.js must be https, or a path.')
  if (!frameAncestors.every((origin) => /^https?:\/\/[^\s"'<>;,]+$/.test(origin)))
    throw new TypeError('Frame ancestors must be origins.')
  const office = officeJsUrl.startsWith('/') ? [] : [new URL(officeJsUrl).origin]
  const directives: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'none'"],
    'script-src': ["'self'", ...office],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'frame-src': office.length > 0 ? office : ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'self'", ...frameAncestors],
  }
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join(';')
}
