import type { Texts } from '../en.ts'

export const signIn = (): Texts['signIn'] => ({
  title: 'Anmelden',
  help: 'Geben Sie den Einladungscode ein, den Sie von Ihrer Administration erhalten haben. Das ist auf jedem Gerät nur einmal nötig.',
  codeLabel: 'Einladungscode',
  codeIncomplete: 'Ein Code hat 16 Buchstaben und Ziffern in vier Vierergruppen.',
  signIn: 'Anmelden',
  signingIn: 'Anmeldung läuft …',
  sessionEnded: 'Ihre Sitzung ist beendet. Melden Sie sich wieder an.',
  withProvider: (provider) => `Mit ${provider} anmelden`,
  orCode: 'Oder mit einem Einladungscode',
  tryingNext: (why) => `${why} Ein anderer Weg wird versucht …`,
  asksAgain:
    'Dieser Browser bewahrt für Add-Ins nichts auf, deshalb müssen Sie sich beim nächsten Mal wieder anmelden.',
  faults: {
    'needs-user': 'Office braucht dafür Ihre Anmeldung.',
    cancelled: 'Sie haben das Anmeldefenster geschlossen; nichts wurde geändert.',
    'popup-blocked':
      'Das Anmeldefenster durfte sich nicht öffnen. Erlauben Sie Pop-up-Fenster für diese Seite und versuchen Sie es noch einmal.',
    'window-open':
      'Ein Anmeldefenster ist schon offen. Schließen Sie die Anmeldung dort ab, oder schließen Sie es und versuchen Sie es noch einmal.',
    refused:
      'Die Anmeldung wurde nicht angenommen. Versuchen Sie es noch einmal, oder nehmen Sie einen Einladungscode.',
    unavailable: 'Diese Art der Anmeldung funktioniert in diesem Excel nicht.',
  },
  problems: {
    'token-invalid':
      'Der Broker hat diese Anmeldung nicht angenommen. Ihre Administration findet den Grund in seinem Protokoll.',
    'sign-in-invalid':
      'Die Anmeldung hat zu lange gedauert oder wurde anderswo begonnen. Versuchen Sie es noch einmal.',
    'sign-in-refused':
      'Sie wurden nicht angemeldet. Versuchen Sie es noch einmal, oder nehmen Sie einen Einladungscode.',
    'account-required':
      'Sie sind bekannt, haben hier aber noch kein Konto. Geben Sie einmal den Einladungscode Ihrer Administration ein: Er verbindet beides.',
    'identity-taken':
      'Dieses Konto gehört hier jemand anderem. Melden Sie sich ohne Code an, oder fragen Sie Ihre Administration.',
    'issuer-unreachable':
      'Der Anmeldedienst ist gerade nicht erreichbar. Versuchen Sie es noch einmal, oder nehmen Sie einen Einladungscode.',
    'user-inactive': 'Ihr Benutzer wurde deaktiviert. Fragen Sie Ihre Administration.',
  },
  page: {
    opening: 'Die Anmeldung wird geöffnet …',
    done: 'Sie sind angemeldet.',
    goBack: 'Kehren Sie zu Excel zurück; dieses Fenster kann geschlossen werden.',
  },
})
