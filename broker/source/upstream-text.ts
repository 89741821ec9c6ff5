// What another server says, made fit for a message that an administrator reads.

const longestDetail = 200

/**
 * One line of at most 200 characters without control characters, `secrets`, or anything that looks like a credential.
 * Empty when nothing is left.
 */
export function cleanDetail(text: string, secrets: readonly string[]): string {
  const plain = hideSecrets(text, secrets)
    .slice(0, 20_000)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu, ' ')
    .replace(/\b(bearer|basic)\s+\S+/gi, '$1 […]')
    .replace(/[\w+/=.~%-]{32,}/g, '[…]')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length > longestDetail ? `${plain.slice(0, longestDetail - 1).trimEnd()}…` : plain
}

/** A sentence with the detail, after a space, for the end of a message; empty when there is none. */
export function quoteDetail(detail: string): string {
  if (detail === '') return ''
  return /[.!?…]$/.test(detail) ? ` It says: ${detail}` : ` It says: ${detail}.`
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  const forms = new Set(secrets.filter((secret) => secret !== '').flatMap(writingsOf))
  // The longest first: a short form may be part of a long one.
  return [...forms].sort((a, b) => b.length - a.length).reduce(hideForm, text)
}

/** Not by a pattern: one that is made of a long token fails, with the token in what it says. */
function hideForm(text: string, form: string): string {
  const folded = foldCase(text)
  const wanted = foldCase(form)
  const kept: string[] = []
  let after = 0
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, after)) {
    kept.push(text.slice(after, at))
    after = at + form.length
  }
  return [...kept, text.slice(after)].join('[secret]')
}

/** In small letters, as long as before: some capitals have no small letter of their own length. */
function foldCase(text: string): string {
  const small = text.toLowerCase()
  if (small.length === text.length) return small
  return text.replace(/[^]/g, (unit) => (unit.toLowerCase().length === 1 ? unit.toLowerCase() : unit))
}

function writingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const base64 = bytes.toString('base64')
  return [
    secret,
    encodeURIComponent(secret),
    encodeForm(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    Array.from(secret).reverse().join(''),
  ]
}

/** `text` as `application/x-www-form-urlencoded` writes a value. */
export function encodeForm(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}
