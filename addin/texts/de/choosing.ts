import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const choosing = (say: Wording): Texts['choosing'] => ({
  datasets: 'Datasets',
  none: 'Sie dürfen noch kein Dataset lesen. Bitten Sie Ihre Administration um Zugriff.',
  insert: 'Einfügen',
  insertDataset: (title) => `${title} als Tabelle einfügen`,
  notPulled: 'noch nicht abgerufen',
  pulled: (rows, age) => `${rows}, abgerufen ${age}`,
  inserted: (count, table) =>
    say.count(count, { one: `# Zeile als ${table} eingefügt.`, other: `# Zeilen als ${table} eingefügt.` }),
  onNewSheet: (sheet) => `Die gewählte Stelle war nicht leer, daher steht die Tabelle auf dem neuen Blatt „${sheet}“.`,
})
