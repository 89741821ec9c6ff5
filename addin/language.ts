// The language that the pane speaks: that of Office, where there are texts for it, else English.
import { isolateParts } from './texts/isolate-parts.ts'
import { english, type Texts } from './texts/en.ts'
import { Wording } from './texts/wording.ts'

type TextsOf = (wording: Wording) => Texts

/** English comes with the pane; the others are loaded when they are needed. */
const languages: Readonly<Record<string, () => Promise<TextsOf>>> = {
  de: async () => (await import('./texts/de.ts')).german,
  fr: async () => (await import('./texts/fr.ts')).french,
  ar: async () => (await import('./texts/ar.ts')).arabic,
}

/** How the current language writes numbers, ages and lists. Like `texts`, another object after `speak`: read it where it is used. */
export let wording = new Wording('en')

/** Everything that the pane says, in the current language. Read it where it is used, never into a constant of a module. */
export let texts: Texts = english(wording)

/**
 * Changes the language.
 *
 * @param tag as Office gives it, such as `de-AT`; a language without texts leaves English with that region's forms for nothing
 */
export async function speak(tag: string): Promise<void> {
  const language = /^[a-z]{2,3}(?=-|$)/i.exec(tag)?.[0].toLowerCase() ?? 'en'
  const load = languages[language]
  try {
    const textsOf = load ? await load() : english
    const isWritten = load !== undefined || language === 'en'
    const [known = 'en'] = isWritten ? Intl.PluralRules.supportedLocalesOf([tag, language]) : ['en']
    wording = new Wording(known)
    texts = isRightToLeft() ? isolateParts(textsOf(wording)) : textsOf(wording)
  } catch {
    // A language that cannot be loaded, or a tag that is none: English is there.
    wording = new Wording('en')
    texts = english(wording)
  }
}

/** Whether the current language is written from right to left. */
export function isRightToLeft(): boolean {
  return wording.tag === 'ar' || wording.tag.startsWith('ar-')
}
