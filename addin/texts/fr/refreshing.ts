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
  copy: {
    looksLike: (table) => `Non lié : semble être une copie de ${table}`,
    link: 'Lier cette copie',
    linkTable: (table) => `Lier cette copie : ${table}`,
  },
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
  cancelAll: 'Tout annuler',
  cancelledStillBusy:
    'Annulé. Excel termine encore sa dernière étape ; actualisez de nouveau pour être sûr que le tableau est complet.',
  excelSilent:
    'Excel ne répond pas. Si une cellule est en cours de modification, appuyez sur Entrée ou Échap : la suite est automatique.',
  held: {
    cellEdit:
      'Une cellule est en cours de modification. Appuyez sur Entrée ou Échap dans la feuille : l’actualisation reprend ensuite d’elle-même.',
    reachable: 'Le broker est injoignable. L’actualisation reprend d’elle-même dès qu’il répond.',
    busy: (seconds) =>
      say.count(seconds, { one: 'Nouvel essai dans # seconde.', other: 'Nouvel essai dans # secondes.' }),
    limited: (seconds) =>
      say.count(seconds, {
        one: 'Beaucoup de personnes actualisent en ce moment. Nouvel essai dans # seconde.',
        other: 'Beaucoup de personnes actualisent en ce moment. Nouvel essai dans # secondes.',
      }),
  },
  overall: (ended, total, percent) =>
    `${say.number(ended)} sur ${say.count(total, { one: '# tableau', other: '# tableaux' })}, ${say.number(percent)} %`,
  tableCount: (count) => say.count(count, { one: '# tableau lié', other: '# tableaux liés' }),
  outcome: {
    refreshed: (count) => say.count(count, { one: '# actualisé', other: '# actualisés' }),
    needYou: (count) => say.count(count, { one: '# a besoin de vous', other: '# ont besoin de vous' }),
    cancelled: (count) => say.count(count, { one: '# annulé', other: '# annulés' }),
  },
  checked: (rows, age) => `${rows}, à jour ${age}`,
  pulledAt: (age) => `Données récupérées ${age}`,
  offlineCopy: 'Copie hors connexion',
  filtered: 'Filtré',
  addedColumns: (columns) => `Nouvelles dans le jeu de données, désormais à l’extrémité droite : ${columns}.`,
  retypedColumns: (columns) => `Désormais d’un autre type, avec un nouveau format : ${columns}.`,
  repair: 'Tout comparer',
  growth: { insert: 'Insérer des cellules', move: 'Déplacer plus bas', stop: 'Laisser tel quel' },
  onOpen: {
    question: 'Actualiser les tableaux de ce classeur à chaque ouverture ?',
    help: 'Excel lance alors Sheetbroker avec ce classeur, pour tout le monde. Les collègues sans Sheetbroker voient un message d’Excel disant qu’un complément manque ; les tableaux restent tels quels. Vous pouvez changer cela à tout moment.',
    yes: 'Oui',
    no: 'Non',
    later: 'Demander plus tard',
  },
  automatic: {
    title: 'Actualisation automatique',
    open: 'Actualisation automatique…',
    onOpen: 'À l’ouverture du classeur',
    every: 'Tant que le classeur est ouvert',
    minutes: 'Minutes entre deux actualisations',
    limits: (least, most) =>
      `De ${least} à ${most}. En pause tant que vous êtes hors connexion ou qu’Excel n’est pas visible.`,
    whose: (table) => `Quand ${table} est actualisé`,
    asWorkbook: (minutes) => `Comme le classeur : toutes les ${minutes} minutes`,
    asWorkbookNever: 'Comme le classeur : sur demande seulement',
    own: 'À son propre rythme',
    never: 'Sur demande seulement',
    followsCells: 'Aussi quand une cellule suivie par ses filtres change',
  },
  history: {
    title: 'Historique',
    empty: 'Rien n’a encore été actualisé dans ce classeur.',
    none: 'Aucun changement',
    by: (trigger, person) => `${trigger}, par ${person}`,
    lasted: (seconds) => `en ${seconds} s`,
    triggers: {
      user: 'à la main',
      open: 'à l’ouverture',
      interval: 'automatiquement',
      cell: 'une cellule a changé',
    },
    cancelled: 'Annulé',
    failures: {
      network: 'Le broker était injoignable',
      session: 'Il fallait se connecter',
      access: 'Le jeu de données ne peut pas être lu, ou n’existe plus',
      source: 'La source a échoué',
      room: 'Il n’y avait pas de place sur la feuille',
      table: 'Le tableau avait été modifié ou supprimé',
      filter: 'Un filtre ne convient plus',
      protected: 'La feuille ou le classeur était protégé',
      editing: 'Une cellule était en cours de modification',
      excel: 'Excel a refusé la modification',
      unexpected: 'Un problème inattendu est survenu',
    },
  },
  change: 'Modifier…',
  /** The header of a column. */
  goneSince: 'Disparue depuis',
  /** A comment in the sheet. */
  incompleteComment: 'Sheetbroker : ce tableau est incomplet. Actualisez-le pour le compléter.',
})
