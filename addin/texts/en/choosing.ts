import type { Wording } from '../wording.ts'

export const choosing = (say: Wording) => ({
  datasets: 'Datasets',
  none: 'You may not read any dataset yet. Ask your administrator for access.',
  insert: 'Insert',
  insertDataset: (title: string) => `Insert ${title} as a table`,
  notPulled: 'not pulled yet',
  pulled: (rows: string, age: string) => `${rows}, pulled ${age}`,
  inserted: (count: number, table: string) =>
    say.count(count, { one: `# row inserted as ${table}.`, other: `# rows inserted as ${table}.` }),
  onNewSheet: (sheet: string) => `The selected place was not empty, so it is on the new sheet “${sheet}”.`,
})
