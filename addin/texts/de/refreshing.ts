import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const refreshing = (say: Wording): Texts['refreshing'] => ({
  tables: 'Tabellen in dieser Arbeitsmappe',
  none: 'Hier ist noch keine Tabelle verknüpft. Wählen Sie eine Zelle und fügen Sie ein Dataset aus der Liste ein.',
  refresh: 'Aktualisieren',
  refreshAll: 'Alle aktualisieren',
  refreshTable: (table) => `${table} aktualisieren`,
  show: (table) => `${table} anzeigen`,
  refreshed: (rows, age, person) => `${rows}, aktualisiert ${age} von ${person}`,
  forget: 'Verknüpfung vergessen',
  rows: 'Wie Zeilen aktualisiert werden …',
  unlink: 'In einfache Tabelle umwandeln',
  unlinked: (table) =>
    `${table} ist jetzt eine einfache Tabelle. Ihre Daten bleiben, aktualisiert wird sie nicht mehr.`,
  filteredInExcel: 'In Excel gefiltert',
  filteredInExcelHelp: 'Ein Filter auf dem Blatt blendet Zeilen aus. Aktualisiert werden sie auch.',
  copy: {
    looksLike: (table) => `Nicht verknüpft: sieht aus wie eine Kopie von ${table}`,
    link: 'Diese Kopie verknüpfen',
    linkTable: (table) => `Diese Kopie verknüpfen: ${table}`,
  },
  more: (table) => `Mehr zu ${table}`,
  incomplete: 'Unvollständig',
  incompleteHelp:
    'Die letzte Aktualisierung wurde nicht fertig, einige Zeilen können daher alt sein. Aktualisieren Sie, um die Tabelle zu vervollständigen.',
  cancelled: 'Abgebrochen. Die Tabelle ist, wie sie war.',
  cancelledMidway: 'Mittendrin abgebrochen. Aktualisieren Sie, um die Tabelle zu vervollständigen.',
  waitingForTurn: 'Wartet, bis sie an der Reihe ist …',
  askingForData: 'Neue Daten werden angefordert …',
  pulling: (count) =>
    say.count(count, {
      one: 'Die Quelle wird gelesen: bisher # Zeile',
      other: 'Die Quelle wird gelesen: bisher # Zeilen',
    }),
  reading: (done, total) => `Zeile ${done} von ${total} wird geladen`,
  writing: (done, total) => `Zeile ${done} von ${total} wird geschrieben`,
  readingAll: 'Wird geladen …',
  writingAll: 'Wird geschrieben …',
  announce: {
    waiting: 'Warten auf den Broker',
    pulling: 'Die Quelle wird gelesen',
    reading: 'Zeilen werden geladen',
    writing: 'Zeilen werden geschrieben',
  },
  percent: (task, percent) => `${task}, ${say.number(percent)} Prozent`,
  nothingChanged: 'Nichts hat sich geändert.',
  updated: (count) => say.count(count, { one: '# Zeile geändert', other: '# Zeilen geändert' }),
  added: (count) => say.count(count, { one: '# Zeile hinzugefügt', other: '# Zeilen hinzugefügt' }),
  removed: (count) => say.count(count, { one: '# Zeile entfernt', other: '# Zeilen entfernt' }),
  removedColumns: (columns) => `Nicht aktualisiert, weil aus der Tabelle entfernt: ${columns}.`,
  orphanedColumns: (columns) => `Nicht mehr im Dataset, unverändert gelassen: ${columns}.`,
  cancelAll: 'Alle abbrechen',
  cancelledStillBusy:
    'Abgebrochen. Excel beendet noch seinen letzten Schritt; aktualisieren Sie erneut, um sicher zu sein, dass die Tabelle vollständig ist.',
  excelSilent:
    'Excel antwortet nicht. Wenn gerade eine Zelle bearbeitet wird, drücken Sie die Eingabetaste oder Esc: Dann geht es von selbst weiter.',
  held: {
    cellEdit:
      'Eine Zelle wird gerade bearbeitet. Drücken Sie im Blatt die Eingabetaste oder Esc: Dann geht die Aktualisierung von selbst weiter.',
    reachable: 'Der Broker ist nicht erreichbar. Die Aktualisierung geht von selbst weiter, sobald er es ist.',
    busy: (seconds) =>
      say.count(seconds, { one: 'Neuer Versuch in # Sekunde.', other: 'Neuer Versuch in # Sekunden.' }),
    limited: (seconds) =>
      say.count(seconds, {
        one: 'Gerade aktualisieren viele. Neuer Versuch in # Sekunde.',
        other: 'Gerade aktualisieren viele. Neuer Versuch in # Sekunden.',
      }),
  },
  overall: (ended, total, percent) =>
    `${say.number(ended)} von ${say.count(total, { one: '# Tabelle', other: '# Tabellen' })}, ${say.number(percent)} %`,
  tableCount: (count) => say.count(count, { one: '# verknüpfte Tabelle', other: '# verknüpfte Tabellen' }),
  outcome: {
    refreshed: (count) => say.count(count, { one: '# aktualisiert', other: '# aktualisiert' }),
    needYou: (count) => say.count(count, { one: '# braucht Ihre Hilfe', other: '# brauchen Ihre Hilfe' }),
    cancelled: (count) => say.count(count, { one: '# abgebrochen', other: '# abgebrochen' }),
  },
  checked: (rows, age) => `${rows}, aktuell ${age}`,
  pulledAt: (age) => `Daten abgerufen ${age}`,
  offlineCopy: 'Offline-Kopie',
  filtered: 'Gefiltert',
  addedColumns: (columns) => `Neu im Dataset, nun am rechten Ende: ${columns}.`,
  retypedColumns: (columns) => `Nun von anderer Art und neu formatiert: ${columns}.`,
  repair: 'Alles vergleichen',
  growth: { insert: 'Zellen einfügen', move: 'Nach unten verschieben', stop: 'So lassen' },
  onOpen: {
    question: 'Die Tabellen dieser Arbeitsmappe immer beim Öffnen aktualisieren?',
    help: 'Excel startet Sheetbroker dann mit dieser Arbeitsmappe, bei allen. Wer Sheetbroker nicht hat, sieht eine Meldung von Excel, dass ein Add-In fehlt; die Tabellen bleiben, wie sie sind. Sie können das jederzeit ändern.',
    yes: 'Ja',
    no: 'Nein',
    later: 'Später fragen',
  },
  automatic: {
    title: 'Von selbst aktualisieren',
    open: 'Von selbst aktualisieren …',
    onOpen: 'Beim Öffnen der Arbeitsmappe',
    every: 'Solange die Arbeitsmappe offen ist',
    minutes: 'Minuten zwischen Aktualisierungen',
    limits: (least, most) =>
      `Von ${least} bis ${most}. Pausiert, solange Sie offline sind oder Excel nicht zu sehen ist.`,
    whose: (table) => `Wann ${table} aktualisiert wird`,
    asWorkbook: (minutes) => `Wie die Arbeitsmappe: alle ${minutes} Minuten`,
    asWorkbookNever: 'Wie die Arbeitsmappe: nur auf Wunsch',
    own: 'In eigenem Abstand',
    never: 'Nur auf Wunsch',
    followsCells: 'Auch wenn sich eine Zelle ändert, der ihre Filter folgen',
  },
  history: {
    title: 'Verlauf',
    empty: 'In dieser Arbeitsmappe wurde noch nichts aktualisiert.',
    none: 'Nichts geändert',
    by: (trigger, person) => `${trigger}, von ${person}`,
    lasted: (seconds) => `${seconds} Sek.`,
    triggers: { user: 'von Hand', open: 'beim Öffnen', interval: 'von selbst', cell: 'eine Zelle hat sich geändert' },
    cancelled: 'Abgebrochen',
    failures: {
      network: 'Der Broker war nicht erreichbar',
      session: 'Eine Anmeldung war nötig',
      access: 'Das Dataset darf nicht gelesen werden oder ist weg',
      source: 'Die Quelle hat versagt',
      room: 'Auf dem Blatt war kein Platz',
      table: 'Die Tabelle war geändert oder entfernt worden',
      filter: 'Ein Filter passt nicht mehr',
      protected: 'Das Blatt oder die Arbeitsmappe war geschützt',
      editing: 'Eine Zelle wurde gerade bearbeitet',
      excel: 'Excel hat die Änderung abgelehnt',
      unexpected: 'Etwas Unerwartetes ist schiefgegangen',
    },
  },
  change: 'Ändern …',
  /** The header of a column. */
  goneSince: 'Verschwunden seit',
  /** A comment in the sheet. */
  incompleteComment: 'Sheetbroker: Diese Tabelle ist unvollständig. Aktualisieren Sie sie, um sie zu vervollständigen.',
})
