import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const choosing = (say: Wording): Texts['choosing'] => ({
  datasets: 'Jeux de données',
  none: 'Vous ne pouvez lire aucun jeu de données pour l’instant. Demandez l’accès à votre administrateur.',
  insert: 'Insérer',
  insertDataset: (title) => `Insérer ${title} sous forme de tableau`,
  notPulled: 'pas encore récupéré',
  pulled: (rows, age) => `${rows}, récupéré ${age}`,
  inserted: (count, table) =>
    say.count(count, { one: `# ligne insérée dans ${table}.`, other: `# lignes insérées dans ${table}.` }),
  onNewSheet: (sheet) =>
    `L’emplacement choisi n’était pas vide ; le tableau se trouve donc sur la nouvelle feuille « ${sheet} ».`,
})
