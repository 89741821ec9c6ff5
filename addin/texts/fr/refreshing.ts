import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const refreshing = (say: Wording): Texts['refreshing'] => ({
  tables: 'Tableaux de ce classeur',
  none: 'Aucun tableau n’est encore lié ici. Sélectionnez une cellule et insérez un jeu de données de la liste.',
  refresh: 'Actualiser',
  refreshAll: 'Tout actualiser',
  refreshTable: (table) => `Actualiser ${table}`,
  show: (table) => `Afficher ${table}`,
  refreshed: (rows, age, person) => `${rows}, actualisé ${age} par ${person}`,
  forget: 'Oublier ce lien',
  more: (table) => `Plus d’actions pour ${table}`,
  incomplete: 'Incomplet',
  incompleteHelp:
    'La dernière actualisation n’est pas allée au bout ; certaines lignes peuvent être anciennes. Actualisez pour compléter le tableau.',
  cancelled: 'Annulé. Le tableau est resté tel quel.',
  cancelledMidway: 'Annulé en cours de route. Actualisez pour compléter le tableau.',
  waitingForTurn: 'En attente de son tour…',
  askingForData: 'Demande de données récentes…',
  pulling: (count) =>
    say.count(count, {
      one: 'Lecture de la source : # ligne pour l’instant',
      other: 'Lecture de la source : # lignes pour l’instant',
    }),
  reading: (done, total) => `Chargement de la ligne ${done} sur ${total}`,
  writing: (done, total) => `Écriture de la ligne ${done} sur ${total}`,
  readingAll: 'Chargement…',
  writingAll: 'Écriture…',
  announce: {
    waiting: 'En attente du broker',
    pulling: 'Lecture de la source',
    reading: 'Chargement des lignes',
    writing: 'Écriture des lignes',
  },
  percent: (task, percent) => `${task}, ${say.number(percent)} pour cent`,
  nothingChanged: 'Rien n’a changé.',
  updated: (count) => say.count(count, { one: '# ligne modifiée', other: '# lignes modifiées' }),
  added: (count) => say.count(count, { one: '# ligne ajoutée', other: '# lignes ajoutées' }),
  removed: (count) => say.count(count, { one: '# ligne supprimée', other: '# lignes supprimées' }),
  removedColumns: (columns) => `Non actualisées, car retirées du tableau : ${columns}.`,
  orphanedColumns: (columns) => `Absentes du jeu de données, laissées telles quelles : ${columns}.`,
})
