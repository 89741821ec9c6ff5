import type { Texts } from '../en.ts'
import type { ColumnType } from '../../../broker/http/contract.ts'
import type { Wording } from '../wording.ts'

const valueNames: Readonly<Record<ColumnType, string>> = {
  text: 'un texte',
  integer: 'un nombre',
  decimal: 'un nombre',
  boolean: 'VRAI ou FAUX',
  date: 'une date',
  datetime: 'une date, avec ou sans heure',
  time: 'une heure',
  duration: 'une durée',
}

export const errors = (say: Wording): Texts['errors'] => ({
  unexpected: 'Un problème inattendu est survenu dans le complément. Réessayez.',
  withDetail: (text, detail) => `${text} ${detail}`,
  reference: (text, id) => `${text} (Référence : ${id})`,
  table: {
    'table-gone': (table) =>
      `Le tableau ${table} n’est plus dans ce classeur. Annulez sa suppression ou oubliez le lien.`,
    'key-missing': (column) =>
      `La colonne ${column} a été supprimée, alors qu’elle distingue les lignes. Annulez cela ou insérez de nouveau le jeu de données.`,
    'columns-missing': (title) => `Il n’y a aucune colonne de ${title} à remplir.`,
    'too-many-rows': (rows) =>
      `${say.count(Number(rows), { one: '# ligne ne tient', other: '# lignes ne tiennent' })} pas ici : une feuille a ${say.number(1_048_576)} lignes. Filtrez-les ou limitez leur nombre.`,
    'too-many-columns': (columns) => `${columns} colonnes ne tiennent pas : une feuille en a ${say.number(16_384)}.`,
    'no-room': (table) =>
      `Il n’y a pas de place pour ${table} : un autre tableau ou des cellules fusionnées, à côté ou en dessous, ne peuvent pas bouger. Déplacez-les, puis réessayez.`,
    'kept-changing': (table) =>
      `${table} a été modifié pendant son actualisation. Réessayez quand personne ne le modifie.`,
    'other-broker': (url) => `Ce tableau vient de ${url}. Ouvrez-le avec le complément de cette adresse.`,
    'growth-blocked': (table, { obstacle }) => {
      const what =
        obstacle?.table !== undefined
          ? `le tableau ${obstacle.table} gêne`
          : say.count(obstacle?.cells ?? 0, { one: '# cellule remplie gêne', other: '# cellules remplies gênent' })
      const where = obstacle
        ? ` (d’abord ${obstacle.address}${obstacle.text === '' ? '' : ` : « ${obstacle.text} »`})`
        : ''
      return `${table} doit grandir, mais ${what}${where}. Rien n’a été modifié.`
    },
    'filter-cell-gone': (column) =>
      `Le filtre sur ${column} suit une cellule qui a été supprimée. Choisissez une autre cellule ou une valeur.`,
    'filter-value': (column, { text, address, type }) =>
      `Le filtre sur ${column} demande ${valueNames[type ?? 'text']}, mais ${address ?? 'il'} contient « ${text ?? ''} ».`,
    'filter-column-gone': (column) =>
      `Le filtre ou le tri utilise la colonne ${column}, que le jeu de données n’a plus. Changez ce que le tableau montre.`,
  },
  access: {
    readOnly:
      'Ce classeur est en lecture seule. Choisissez Activer la modification ou enregistrez-en une copie, puis réessayez.',
    sheetProtected: (sheet) =>
      `La feuille ${sheet} est protégée. Ôtez la protection (Révision, Ôter la protection de la feuille), puis réessayez.`,
  },
  workbook: {
    'cell-edit':
      'Une cellule est en cours de modification. Appuyez sur Entrée ou Échap dans la feuille, puis réessayez.',
    'too-large':
      'Excel ne peut pas en prendre autant à la fois, même par petits morceaux. Réessayez ou choisissez moins de colonnes.',
    protected:
      'La feuille ou le classeur est protégé ou en lecture seule. Ôtez la protection (Révision, Ôter la protection), puis réessayez.',
    gone: 'Le tableau ou la feuille n’existe plus. Annulez sa suppression, puis réessayez.',
    'in-the-way': 'Un autre tableau ou des cellules fusionnées gênent. Déplacez-les, puis réessayez.',
    busy: 'Excel est occupé ou a perdu la connexion. Patientez un instant, puis réessayez.',
    other: 'Excel a refusé la modification. Annulez les changements récents du tableau, puis réessayez.',
  },
  client: {
    offline: 'Le broker est injoignable. Vérifiez votre connexion, puis réessayez.',
    timeout: 'Le broker n’a pas répondu à temps. Réessayez.',
    'invitation-invalid':
      'Ce code n’est pas valable. Vérifiez-le caractère par caractère ; un code sert une seule fois et quelques jours seulement.',
    'session-held': 'Votre session est suspendue par sécurité. Adressez-vous à votre administrateur.',
    'dataset-unknown':
      'Vous ne pouvez plus lire ce jeu de données, ou il n’existe plus. Adressez-vous à votre administrateur.',
    'dataset-empty': 'Ce jeu de données n’a pas encore été récupéré. Réessayez dans un instant.',
    'pull-cancelled': 'La récupération a été annulée. Réessayez.',
    'rate-limited': 'Trop de demandes à la fois. Attendez une minute, puis réessayez.',
    'user-inactive': 'Votre accès à Sheetbroker a été désactivé. Adressez-vous à votre administrateur.',
    protocol:
      'Autre chose que Sheetbroker a répondu, comme la page de connexion d’un réseau. Ouvrez une page web pour vérifier, puis réessayez.',
    restarting: 'Le broker redémarre. Réessayez dans une minute.',
    source:
      'La source de ces données ne répond pas correctement en ce moment. Le tableau est resté tel quel. Réessayez plus tard.',
    choice: 'Ce choix de colonnes et de lignes n’est pas possible :',
    other: 'Le broker n’a pas pu le faire. Réessayez ; si cela n’aide pas, dites ceci à votre administrateur :',
    'source-setup':
      'La source de ces données demande votre administrateur. Le tableau est resté tel quel. Dites-lui ceci :',
  },
})
