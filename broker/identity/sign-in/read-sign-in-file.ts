import { LineCounter, parseDocument } from 'yaml'
import { BrokerError, type ProblemDetail } from '../../errors/broker-error.ts'
import { listIssuers, signInFile, type Issuer } from './sign-in-settings.ts'

/**
 * The identity providers that a YAML (or JSON) text configures.
 *
 * @throws {BrokerError} `config-invalid` with every mistake at once, none repeating a value
 */
export function readSignInFile(content: string): readonly Issuer[] {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  // The library's messages quote what they are about, and what was pasted wrongly may be a secret.
  refuse(document.errors.map(({ pos: [offset] }) => ({ at: `line ${lines.linePos(offset).line}`, message: notYaml })))
  const parsed = signInFile.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (!parsed.success)
    throw mistakes(parsed.error.issues.map(({ path, message }) => ({ at: path.map(String).join('.'), message })))
  const issuers = listIssuers(parsed.data)
  refuse(findClashes(issuers))
  return issuers
}

const notYaml = 'This is not YAML that can be read.'

/** A token must belong to one provider of the file at most. */
function findClashes(issuers: readonly Issuer[]): ProblemDetail[] {
  return issuers.flatMap((issuer, index) => {
    const twin = issuers.slice(0, index).find((earlier) => isSameProvider(earlier, issuer))
    return twin ? [{ at: `issuers.${issuer.name}`, message: `${twin.name} is the same provider already.` }] : []
  })
}

/** Several may be of Entra ID, for different tenants. */
function isSameProvider(one: Issuer, other: Issuer): boolean {
  if (one.id !== other.id) return false
  return one.kind !== 'entra' || other.kind !== 'entra' || [...one.tenants].some((tenant) => other.tenants.has(tenant))
}

function refuse(details: readonly ProblemDetail[]): void {
  if (details.length > 0) throw mistakes(details)
}

function mistakes(details: readonly ProblemDetail[]): BrokerError {
  const message = details.map(({ at, message }) => (at === '' ? message : `${at}: ${message}`)).join('\n')
  return new BrokerError('config-invalid', message, { details })
}
