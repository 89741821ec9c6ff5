const groupLength = 4
const codeLength = 16

/** What has been typed of a code, in its form XXXX-XXXX-XXXX-XXXX: letters that look like digits become those digits. */
export function formatCode(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replaceAll(/[IL]/g, '1')
    .replaceAll('O', '0')
    .replaceAll(/[^0-9A-HJKMNP-TV-Z]/g, '')
    .slice(0, codeLength)
  return letters.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join('-') ?? ''
}

/** Whether the code has all its letters. */
export function isWholeCode(code: string): boolean {
  return code.replaceAll('-', '').length === codeLength
}
