import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const pane = (say: Wording): Texts['pane'] => ({
  product: 'Sheetbroker',
  starting: 'Verbindung mit Excel wird hergestellt …',
  stillStarting:
    'Excel hat noch nicht geantwortet. Schließen Sie diesen Bereich und öffnen Sie ihn über das Menüband neu.',
  noExcel: 'Diese Seite ist ein Excel-Add-In. Öffnen Sie sie in Excel: Start, Sheetbroker.',
  signOut: 'Abmelden',
  signedInAs: (name) => `Angemeldet als ${name}`,
  loading: 'Wird geladen …',
  cancel: 'Abbrechen',
  cancelTask: (name) => `${name} abbrechen`,
  retry: 'Erneut versuchen',
  justNow: 'gerade eben',
  rows: (count) => say.count(count, { one: '# Zeile', other: '# Zeilen' }),
  offline: 'Offline',
  back: 'Zurück',
  oldExcel: (version) =>
    `Dieses Excel ist zu alt für Sheetbroker: Es fehlt ${version}. Aktualisieren Sie Office (Datei, Konto, Updateoptionen) oder verwenden Sie Excel im Web.`,
  more: 'Mehr',
})
