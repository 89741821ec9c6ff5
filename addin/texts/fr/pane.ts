import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const pane = (say: Wording): Texts['pane'] => ({
  product: 'Sheetbroker',
  starting: 'Connexion à Excel…',
  stillStarting: 'Excel n’a pas encore répondu. Fermez ce volet et rouvrez-le depuis le ruban.',
  noExcel: 'Cette page est un complément Excel. Ouvrez-la dans Excel : Accueil, Sheetbroker.',
  signOut: 'Se déconnecter',
  signedInAs: (name) => `Connecté en tant que ${name}`,
  loading: 'Chargement…',
  cancel: 'Annuler',
  cancelTask: (name) => `Annuler ${name}`,
  retry: 'Réessayer',
  justNow: 'à l’instant',
  rows: (count) => say.count(count, { one: '# ligne', other: '# lignes' }),
  offline: 'Hors connexion',
  back: 'Retour',
  oldExcel: (version) =>
    `Cet Excel est trop ancien pour Sheetbroker : il lui manque ${version}. Mettez Office à jour (Fichier, Compte, Options de mise à jour) ou utilisez Excel sur le web.`,
  more: 'Plus',
})
