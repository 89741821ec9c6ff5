import type { Claims } from './account-rules.ts'
import type { Issuer } from './sign-in-settings.ts'

/**
 * What a new user is called. The name begins with the provider's, so it is never one that an administrator wrote into a definition file
 * for somebody else; and it is only a name: who somebody is, the subject says.
 */
export function nameOf(issuer: Issuer, claims: Claims, subject: string): { userName: string; displayName: string } {
  const candidates = [claims['preferred_username'], claims['upn'], claims['email']]
  const known = candidates.find(
    (name): name is string => typeof name === 'string' && /^[^\s:\p{C}]{1,150}$/u.test(name),
  )
  const own = known ?? subject.replaceAll(/[\s:\p{C}]/gu, '-').slice(0, 150)
  const shown = typeof claims['name'] === 'string' ? claims['name'].replaceAll(/\p{C}/gu, '').trim().slice(0, 200) : ''
  return { userName: `${issuer.name}/${own}`, displayName: shown === '' ? own : shown }
}

/** The `attempt`-th choice for a name that others may have already. */
export function numberName(userName: string, attempt: number): string {
  return attempt === 1 ? userName : `${userName}-${attempt}`
}
