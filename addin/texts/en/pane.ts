import type { Wording } from '../wording.ts'

export const pane = (say: Wording) => ({
  product: 'Sheetbroker',
  starting: 'Connecting to Excel…',
  stillStarting: 'Excel has not answered yet. Close this pane and open it again from the ribbon.',
  noExcel: 'This page is an Excel add-in. Open it in Excel: Home, Sheetbroker.',
  signOut: 'Sign out',
  signedInAs: (name: string) => `Signed in as ${name}`,
  loading: 'Loading…',
  cancel: 'Cancel',
  cancelTask: (name: string) => `Cancel ${name}`,
  retry: 'Try again',
  justNow: 'just now',
  rows: (count: number) => say.count(count, { one: '# row', other: '# rows' }),
  offline: 'Offline',
  back: 'Back',
  oldExcel: (version: string) =>
    `This Excel is too old for Sheetbroker: it lacks ${version}. Update Office (File, Account, Update options), or use Excel on the web.`,
  more: 'More',
})
