// What the last page of a sign-in hands to the pane: through Office, as a text.

/** The code for the broker, or what went wrong, as the broker calls it. */
export interface SignInMessage {
  readonly code?: string
  readonly problem?: string
}

/** What the address of the last page says, behind its `#`. */
export function readSignedInAddress(hash: string): SignInMessage {
  const [, code] = /^#code=([\w-]{43})$/.exec(hash) ?? []
  if (code !== undefined) return { code }
  const [, problem = 'sign-in-invalid'] = /^#problem=([a-z][a-z-]{0,40})$/.exec(hash) ?? []
  return { problem }
}

/** The message as text. */
export function writeSignInMessage(message: SignInMessage): string {
  return JSON.stringify(message)
}

/** What a text from a dialog says; undefined when it is none of ours. */
export function readSignInMessage(text: string): SignInMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if ('code' in value && typeof value.code === 'string') return { code: value.code }
  return 'problem' in value && typeof value.problem === 'string' ? { problem: value.problem } : undefined
}
