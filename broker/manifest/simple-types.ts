// The texts that a manifest may hold, by kind. Each says what it takes; whoever breaks it reads `expects`.

/** One kind of text. */
export interface SimpleType {
  readonly accepts: (text: string) => boolean
  /** What to write instead, after "Write". */
  readonly expects: string
}

const guid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const culture =
  '[a-zA-Z]{2,3}-[a-zA-Z0-9]{3,8}(?:-[a-zA-Z]{2,3})?|[a-zA-Z]{2,3}(?:-[a-zA-Z]{2,3}(?:_tradnl|\\.pseudo|-[a-zA-Z]{4,8})?)?'

function pattern(source: string, expects: string): SimpleType {
  const whole = new RegExp(`^(?:${source})$`, 'u')
  return { accepts: (text) => whole.test(text), expects }
}

/** Characters are counted as people do, not as UTF-16 does. */
function textOf(least: number, most: number, expects: string): SimpleType {
  return {
    accepts: (text) => text.length >= least && (text.length <= most || Array.from(text).length <= most),
    expects,
  }
}

function oneOf(...values: readonly string[]): SimpleType {
  return { accepts: (text) => values.includes(text), expects: `one of ${values.join(', ')}` }
}

function wholeNumber(least: number, most: number): SimpleType {
  return {
    accepts: (text) => /^[+-]?\d+$/.test(collapse(text)) && Number(text) >= least && Number(text) <= most,
    expects: least === Number.NEGATIVE_INFINITY ? 'a whole number' : `a whole number from ${least} to ${most}`,
  }
}

function collapse(text: string): string {
  return text.replaceAll(/[\t\n\r ]+/g, ' ').replaceAll(/^ | $/g, '')
}

// RFC 3986 section 4.1. What a URI cannot hold but an IRI can stands for itself here, as `_`.
const segment = "(?:[\\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
const firstSegment = segment.replace(':@', '@')
const host = "(?:\\[[0-9A-Fa-f:.]+\\]|[\\w.~!$&'()*+,;=%-]*)"
const withHost = `//(?:[\\w.~!$&'()*+,;=:%-]*@)?${host}(?::\\d*)?(?:/${segment}*)*`
const fromRoot = `/(?:${segment}+(?:/${segment}*)*)?`
const rest = `(?:\\?(?:${segment}|[/?])*)?(?:#(?:${segment}|[/?])*)?`
const uriReference = new RegExp(
  `^(?:[A-Za-z][A-Za-z0-9+.-]*:(?:${withHost}|${fromRoot}|${segment}+(?:/${segment}*)*)?|` +
    `(?:${withHost}|${fromRoot}|${firstSegment}+(?:/${segment}*)*)?)${rest}$`,
)

function acceptsUri(text: string, least: number, most: number): boolean {
  const uri = collapse(text)
  const length = Array.from(uri).length
  const inAscii = uri.replaceAll(/[\u0000- \u007f-\uffff<>"{}|\\^`]/g, '_')
  return length >= least && length <= most && (uri === '' || uriReference.test(inAscii))
}

const openNumber = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

/** Every kind of text, by the name that the grammar calls it. */
export const simpleTypes = {
  guid: pattern(`(?:urn:uuid:)?${guid}|\\{${guid}\\}`, 'a GUID, such as 6b1d7a52-3c1e-4f0b-9a57-2f8c5d0e4b93'),
  assetId: pattern('.{5,12}\\\\WA[0-9]{9}', 'an AppSource id, such as en-us\\WA123456789'),
  version: pattern('[0-9]{1,5}(?:\\.[0-9]{1,5}){0,3}', 'one to four numbers of up to 5 digits, such as 1.0.0.0'),
  setVersion: pattern('[0-9]{1,5}\\.[0-9]{1,5}', 'two numbers of up to 5 digits, such as 1.13'),
  culture: pattern(culture, 'a language and region, such as en-US'),
  some: textOf(1, Number.POSITIVE_INFINITY, 'at least one character'),
  short: textOf(1, 125, '1 to 125 characters'),
  long: textOf(1, 250, '1 to 250 characters'),
  resid: textOf(1, 32, '1 to 32 characters'),
  runtimeResid: textOf(0, 32, 'at most 32 characters'),
  url: { accepts: (text) => acceptsUri(text, 1, 2_048), expects: 'an address of at most 2,048 characters' },
  uri: { accepts: (text) => acceptsUri(text, 0, Number.POSITIVE_INFINITY), expects: 'an address' },
  whole: wholeNumber(...openNumber),
  contentPixels: wholeNumber(32, 1_000),
  boolean: {
    accepts: (text) => ['true', 'false', '1', '0'].includes(collapse(text)),
    expects: 'true or false',
  },
  lifetime: oneOf('short', 'long'),
  taskPanePermission: oneOf('Restricted', 'ReadDocument', 'ReadAllDocument', 'WriteDocument', 'ReadWriteDocument'),
  contentPermission: oneOf('Restricted', 'ReadDocument', 'WriteDocument', 'ReadWriteDocument'),
} as const satisfies Readonly<Record<string, SimpleType>>

export type SimpleTypeName = keyof typeof simpleTypes
