import type { Texts } from '../en.ts'
import type { ColumnType } from '../../../broker/http/contract.ts'
import type { Wording } from '../wording.ts'

const valueNames: Readonly<Record<ColumnType, string>> = {
  text: 'einen Text',
  integer: 'eine Zahl',
  decimal: 'eine Zahl',
  boolean: 'WAHR oder FALSCH',
  date: 'ein Datum',
  datetime: 'ein Datum, mit oder ohne Uhrzeit',
  time: 'eine Uhrzeit',
  duration: 'eine Dauer',
}

export const errors = (say: Wording): Texts['errors'] => ({
  unexpected: 'Im Add-In ist etwas Unerwartetes schiefgegangen. Versuchen Sie es erneut.',
  withDetail: (text, detail) => `${text} ${detail}`,
  reference: (text, id) => `${text} (Referenz: ${id})`,
  table: {
    'table-gone': (table) =>
      `Die Tabelle ${table} ist nicht mehr in dieser Arbeitsmappe. Machen Sie das Löschen rückgängig oder vergessen Sie die Verknüpfung.`,
    'key-missing': (column) =>
      `Die Spalte ${column} wurde entfernt, aber an ihr sind die Zeilen zu erkennen. Machen Sie das rückgängig oder fügen Sie das Dataset neu ein.`,
    'columns-missing': (title) => `Es gibt keine Spalte von ${title} zu füllen.`,
    'too-many-rows': (rows) =>
      `${say.count(Number(rows), { one: '# Zeile passt', other: '# Zeilen passen' })} nicht hierher: Ein Blatt hat ${say.number(1_048_576)} Zeilen. Filtern Sie sie, oder begrenzen Sie ihre Anzahl.`,
    'too-many-columns': (columns) => `${columns} Spalten passen nicht: Ein Blatt hat ${say.number(16_384)}.`,
    'no-room': (table) =>
      `Für ${table} ist kein Platz: Daneben oder darunter liegt eine andere Tabelle oder liegen verbundene Zellen, die nicht ausweichen können. Verschieben Sie sie und versuchen Sie es erneut.`,
    'kept-changing': (table) =>
      `${table} wurde während der Aktualisierung geändert. Versuchen Sie es erneut, wenn niemand daran arbeitet.`,
    'other-broker': (url) => `Diese Tabelle kommt von ${url}. Öffnen Sie sie mit dem Add-In dieser Adresse.`,
    'growth-blocked': (table, { obstacle }) => {
      const what =
        obstacle?.table !== undefined
          ? `ist die Tabelle ${obstacle.table}`
          : say.count(obstacle?.cells ?? 0, { one: 'ist # gefüllte Zelle', other: 'sind # gefüllte Zellen' })
      const where = obstacle ? ` (zuerst ${obstacle.address}${obstacle.text === '' ? '' : `: „${obstacle.text}“`})` : ''
      return `${table} muss wachsen, aber es ${what} im Weg${where}. Nichts wurde geändert.`
    },
    'filter-cell-gone': (column) =>
      `Der Filter auf ${column} folgt einer Zelle, die gelöscht wurde. Wählen Sie dafür eine andere Zelle oder einen Wert.`,
    'filter-value': (column, { text, address, type }) =>
      `Der Filter auf ${column} braucht ${valueNames[type ?? 'text']}, aber ${address ?? 'er'} hat „${text ?? ''}“.`,
    'filter-column-gone': (column) =>
      `Der Filter oder die Reihenfolge nutzt die Spalte ${column}, die das Dataset nicht mehr hat. Ändern Sie, was die Tabelle zeigt.`,
  },
  access: {
    readOnly:
      'Diese Arbeitsmappe ist schreibgeschützt. Wählen Sie „Bearbeitung aktivieren“ oder speichern Sie eine Kopie, dann versuchen Sie es erneut.',
    sheetProtected: (sheet) =>
      `Das Blatt ${sheet} ist geschützt. Heben Sie den Schutz auf (Überprüfen, Blattschutz aufheben), dann versuchen Sie es erneut.`,
  },
  workbook: {
    'cell-edit':
      'Eine Zelle wird gerade bearbeitet. Drücken Sie im Blatt die Eingabetaste oder Esc und versuchen Sie es erneut.',
    'too-large':
      'Excel kann so viel nicht auf einmal aufnehmen, auch nicht in kleinen Teilen. Versuchen Sie es erneut, oder wählen Sie weniger Spalten.',
    protected:
      'Das Blatt oder die Arbeitsmappe ist geschützt oder schreibgeschützt. Heben Sie den Schutz auf (Überprüfen, Blattschutz aufheben) und versuchen Sie es erneut.',
    gone: 'Die Tabelle oder das Blatt ist nicht mehr da. Machen Sie das Löschen rückgängig und versuchen Sie es erneut.',
    'in-the-way':
      'Eine andere Tabelle oder verbundene Zellen sind im Weg. Verschieben Sie sie und versuchen Sie es erneut.',
    busy: 'Excel ist beschäftigt oder hat die Verbindung verloren. Warten Sie kurz und versuchen Sie es erneut.',
    other:
      'Excel hat die Änderung abgelehnt. Machen Sie letzte Änderungen an der Tabelle rückgängig und versuchen Sie es erneut.',
  },
  client: {
    offline: 'Der Broker ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
    timeout: 'Der Broker hat nicht rechtzeitig geantwortet. Versuchen Sie es erneut.',
    'invitation-invalid':
      'Dieser Code ist nicht gültig. Prüfen Sie ihn Zeichen für Zeichen; ein Code gilt einmal und nur einige Tage.',
    'session-held': 'Ihre Sitzung ist aus Sicherheitsgründen angehalten. Wenden Sie sich an Ihre Administration.',
    'dataset-unknown':
      'Sie dürfen dieses Dataset nicht mehr lesen, oder es ist nicht mehr da. Wenden Sie sich an Ihre Administration.',
    'dataset-empty': 'Dieses Dataset wurde noch nicht abgerufen. Versuchen Sie es gleich noch einmal.',
    'pull-cancelled': 'Der Abruf wurde abgebrochen. Versuchen Sie es erneut.',
    'rate-limited': 'Zu viele Anfragen auf einmal. Warten Sie eine Minute und versuchen Sie es erneut.',
    'user-inactive': 'Ihr Zugang zu Sheetbroker wurde abgeschaltet. Wenden Sie sich an Ihre Administration.',
    protocol:
      'Etwas anderes als Sheetbroker hat geantwortet, etwa die Anmeldeseite eines Netzwerks. Öffnen Sie eine Webseite, um nachzusehen, dann versuchen Sie es erneut.',
    restarting: 'Der Broker wird gerade neu gestartet. Versuchen Sie es in einer Minute erneut.',
    source:
      'Die Quelle dieser Daten antwortet gerade nicht richtig. Die Tabelle ist, wie sie war. Versuchen Sie es später erneut.',
    choice: 'Diese Auswahl von Spalten und Zeilen geht nicht:',
    other:
      'Der Broker konnte das nicht tun. Versuchen Sie es erneut; hilft das nicht, sagen Sie Ihrer Administration dies:',
    'source-setup':
      'Die Quelle dieser Daten braucht Ihre Administration. Die Tabelle ist, wie sie war. Sagen Sie ihr dies:',
  },
})
