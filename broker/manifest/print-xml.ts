import { defaultTexts, translations, type ManifestTexts } from './manifest-texts.ts'

/** A text as XML has it, in an element or in double quotes. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** An element whose `DefaultValue` is a text in English, with an override for each other language. */
export function printLocalized(element: {
  /** Its start without the bracket that ends it, such as `<Description`. */
  readonly open: string
  readonly close: string
  readonly override: string
  readonly indent: number
  readonly text: keyof ManifestTexts
}): string {
  const margin = ' '.repeat(element.indent)
  const overrides = Object.entries(translations).map(
    ([locale, texts]) =>
      `${margin}  <${element.override} Locale="${locale}" Value="${escapeXml(texts[element.text])}"/>`,
  )
  return [
    `${margin}${element.open} DefaultValue="${escapeXml(defaultTexts[element.text])}">`,
    ...overrides,
    `${margin}${element.close}`,
  ].join('\n')
}
