import type { Texts } from '../en.ts'

export const signIn = (): Texts['signIn'] => ({
  title: 'Anmelden',
  help: 'Geben Sie den Einladungscode ein, den Sie von Ihrer Administration erhalten haben. Das ist auf jedem Gerät nur einmal nötig.',
  codeLabel: 'Einladungscode',
  codeIncomplete: 'Ein Code hat 16 Buchstaben und Ziffern in vier Vierergruppen.',
  signIn: 'Anmelden',
  signingIn: 'Anmeldung läuft …',
  sessionEnded: 'Ihre Sitzung ist beendet. Melden Sie sich mit einem neuen Einladungscode an.',
})
