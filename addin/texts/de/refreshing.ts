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
})
