import * as z from 'zod'

/** Who a provider says that somebody is, after every check. Kept as JSON for the time between a sign-in page and the pane. */
export const verifiedIdentity = z.strictObject({
  /** `Issuer.id` */
  issuer: z.string(),
  /** What the settings call it. */
  issuerName: z.string(),
  /** `tid|oid` of Entra ID, `sub` of any other. */
  subject: z.string(),
  /** For a new user; names nobody. */
  userName: z.string(),
  displayName: z.string(),
  /** Whether the rules give this identity an account of its own. */
  mayHaveAccount: z.boolean(),
})

export type VerifiedIdentity = z.infer<typeof verifiedIdentity>
