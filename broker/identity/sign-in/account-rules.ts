import type { AccountRule, Issuer } from './sign-in-settings.ts'

/** What rules look at: what a verified token says, member by member, of any form. */
export type Claims = Readonly<Record<string, unknown>>

/** Whether an identity gets an account by signing in: by one rule whose every condition it meets. */
export function mayHaveAccount(issuer: Issuer, claims: Claims, tenant: string | undefined): boolean {
  if (issuer.accounts === 'everyone') return true
  if (issuer.accounts === 'invitation-only') return false
  const groups = readGroups(claims, issuer.groupsClaim)
  const domain = readVerifiedDomain(claims)
  return issuer.accounts.some((rule) => meets(rule, { tenant, groups, domain }))
}

interface Facts {
  readonly tenant: string | undefined
  readonly groups: ReadonlySet<string>
  readonly domain: string | undefined
}

function meets(rule: AccountRule, { tenant, groups, domain }: Facts): boolean {
  if (rule.tenants && !(tenant !== undefined && rule.tenants.includes(tenant))) return false
  if (rule.groups && !rule.groups.some((group) => groups.has(group))) return false
  return !rule.emailDomains || (domain !== undefined && rule.emailDomains.includes(domain))
}

/** Empty also where Entra ID leaves the groups out because there are too many: it does not say which. */
function readGroups(claims: Claims, name: string): ReadonlySet<string> {
  const value = claims[name]
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return new Set(list.filter((group) => typeof group === 'string'))
}

/** The domain of an address that the provider has verified: anybody may claim any other. */
function readVerifiedDomain(claims: Claims): string | undefined {
  const { email, email_verified: isVerified, xms_edov: isOwned } = claims
  // Entra ID says it in its own way: the domain's owner was verified.
  const isSure = isVerified === true || isOwned === true || isOwned === 1 || isOwned === '1'
  if (!isSure || typeof email !== 'string') return undefined
  const parts = email.split('@')
  return parts.length === 2 ? parts[1]?.toLowerCase() : undefined
}
