import type { Texts } from '../en.ts'

export const functions = (): Texts['functions'] => ({
  signedOut: 'Öffnen Sie den Sheetbroker-Bereich, um sich anzumelden.',
  unreachable: 'Der Broker ist gerade nicht erreichbar. Diese Zelle füllt sich von selbst, sobald es geht.',
  failed: 'Im Add-In ist etwas schiefgegangen. Aktualisieren Sie, oder fragen Sie Ihre Administration.',
  notLoaded:
    'Das Add-In konnte nicht ganz geladen werden. Prüfen Sie Ihre Verbindung, und öffnen Sie die Arbeitsmappe noch einmal.',
  datasetUnknown: 'Ein Dataset dieses Namens gibt es nicht, oder Sie dürfen es nicht lesen.',
  datasetEmpty: 'Dieses Dataset wurde noch nicht abgerufen.',
  rowUnknown: 'Keine Zeile hat das.',
  wrongColumn: (detail) => `Diese Spalte passt nicht. ${detail}`,
  wrongKey: (detail) => `Dieser Schlüssel passt nicht. ${detail}`,
  wrongValue: (detail) => `Dieser Wert passt nicht zu seiner Spalte. ${detail}`,
  wrongFilter: (place, detail) => `Der Filter hat beim ${place}. Zeichen einen Fehler. ${detail}`,
  mistakes: {
    'no-dataset': 'Geben Sie zuerst den Namen eines Datasets an, in Anführungszeichen.',
    'no-column': 'Geben Sie hier den Namen einer Spalte an, in Anführungszeichen.',
    'no-key': 'Der Schlüssel ist leer.',
    'no-search-value': 'Der Wert, der gesucht werden soll, ist leer.',
    'too-many-cells': 'Das sind zu viele Zellen: Geben Sie eine Zelle an, oder die wenigen, die gemeint sind.',
    'no-filter': 'Kriterien sind Paare aus einer Spalte und einem Wert; zuletzt kann ein Filter stehen.',
  },
})
