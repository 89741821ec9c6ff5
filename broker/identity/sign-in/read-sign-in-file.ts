import { LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
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
  const parsed = signInFile.safeParse(document.toJS({ maxAliasCount: 100 }), { error: describeIssue })
  if (!parsed.success)
    throw mistakes(parsed.error.issues.map(({ path, message }) => ({ at: path.map(String).join('.'), message })))
  const issuers = listIssuers(parsed.data)
  refuse(findClashes(issuers))
  return issuers
}

const notYaml = 'This is not YAML that can be read.'

/** Plain words where the library's own speak of types to programmers. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'This is required.' : `Write ${words[issue.expected] ?? issue.expected} here.`
  if (issue.code === 'unrecognized_keys') return `There is no such setting: ${issue.keys.join(', ')}.`
  if (issue.code === 'invalid_value') return `Write one of: ${issue.values.map(String).join(', ')}.`
  if (issue.code === 'invalid_union')
    return issue['note'] === undefined
      ? 'Write invitation-only, everyone, or a list of rules.'
      : 'Write entra or openid.'
  return issue.code === 'too_small' && issue.origin === 'array' ? 'This list must not be empty.' : undefined
}

const words: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map',
  record: 'a map of issuers',
  string: 'a text',
  int: 'a whole number',
  boolean: 'true or false',
}

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
