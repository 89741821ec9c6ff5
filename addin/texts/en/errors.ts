import type { ColumnType } from '../../../broker/http/contract.ts'
import type { TableErrorDetails } from '../../table-error.ts'
import type { Wording } from '../wording.ts'

const valueNames: Readonly<Record<ColumnType, string>> = {
  text: 'a text',
  integer: 'a number',
  decimal: 'a number',
  boolean: 'TRUE or FALSE',
  date: 'a date',
  datetime: 'a date or a date with a time',
  time: 'a time of day',
  duration: 'a duration',
}

export const errors = (say: Wording) => ({
  unexpected: 'Something unexpected went wrong in the add-in. Try again.',
  withDetail: (text: string, detail: string) => `${text} ${detail}`,
  reference: (text: string, id: string) => `${text} (Reference: ${id})`,
  table: {
    'table-gone': (table: string) =>
      `The table ${table} is no longer in this workbook. Undo its deletion, or forget the link.`,
    'key-missing': (column: string) =>
      `The column ${column} was removed, but it tells the rows apart. Undo that, or insert the dataset again.`,
    'columns-missing': (title: string) => `There is no column of ${title} to fill.`,
    'too-many-rows': (rows: string) =>
      `${say.count(Number(rows), { one: '# row does', other: '# rows do' })} not fit here: a sheet has ${say.number(1_048_576)} rows. Filter them, or set a row limit.`,
    'too-many-columns': (columns: string) => `${columns} columns do not fit: a sheet has ${say.number(16_384)}.`,
    'no-room': (table: string) =>
      `There is no room for ${table}: another table or merged cells beside or below it cannot move. Move them, then try again.`,
    'kept-changing': (table: string) =>
      `${table} was changed while it was being refreshed. Try again when nobody edits it.`,
    'other-broker': (url: string) => `This table comes from ${url}. Open it with the add-in of that address.`,
    'growth-blocked': (table: string, { obstacle }: TableErrorDetails) => {
      const what =
        obstacle?.table !== undefined
          ? `the table ${obstacle.table} is`
          : say.count(obstacle?.cells ?? 0, { one: '# filled cell is', other: '# filled cells are' })
      const where = obstacle ? ` (first ${obstacle.address}${obstacle.text === '' ? '' : `: “${obstacle.text}”`})` : ''
      return `${table} must grow, but ${what} in the way${where}. Nothing was changed.`
    },
    'filter-cell-gone': (column: string) =>
      `The filter on ${column} follows a cell that was deleted. Choose another cell or value for it.`,
    'filter-value': (column: string, { text, address, type }: TableErrorDetails) =>
      `The filter on ${column} needs ${valueNames[type ?? 'text']}, but ${address ?? 'it'} has “${text ?? ''}”.`,
    'filter-column-gone': (column: string) =>
      `The filter or order uses the column ${column}, which the dataset no longer has. Change what the table shows.`,
  },
  access: {
    readOnly: 'This workbook is read-only. Choose Enable Editing or save a copy of it, then try again.',
    sheetProtected: (sheet: string) =>
      `The sheet ${sheet} is protected. Remove the protection (Review, Unprotect Sheet), then try again.`,
  },
  workbook: {
    'cell-edit': 'A cell is being edited. Press Enter or Esc in the sheet, then try again.',
    'too-large': 'Excel cannot take so much at once, even in small pieces. Try again, or choose fewer columns.',
    protected:
      'The sheet or workbook is protected or read-only. Remove the protection (Review, Unprotect), then try again.',
    gone: 'The table or sheet is no longer there. Undo its deletion, then try again.',
    'in-the-way': 'Another table or merged cells are in the way. Move them, then try again.',
    busy: 'Excel is busy or has lost its connection. Wait a moment, then try again.',
    other: 'Excel refused the change. Undo recent changes to the table, then try again.',
  },
  client: {
    offline: 'The broker cannot be reached. Check your connection, then try again.',
    timeout: 'The broker did not answer in time. Try again.',
    'invitation-invalid':
      'This code is not valid. Check it letter by letter; a code works once and only for some days.',
    'session-held': 'Your session is on hold for security. Ask your administrator.',
    'dataset-unknown': 'You may no longer read this dataset, or it is gone. Ask your administrator.',
    'dataset-empty': 'This dataset has not been pulled yet. Try again in a moment.',
    'pull-cancelled': 'The pull was cancelled. Try again.',
    'rate-limited': 'Too many requests at once. Wait a minute, then try again.',
    'user-inactive': 'Your access to Sheetbroker was switched off. Ask your administrator.',
    protocol:
      'Something other than Sheetbroker answered, such as the sign-in page of a network. Open a web page to see, then try again.',
    restarting: 'The broker is being restarted. Try again in a minute.',
    source: 'The source of this data is not answering properly right now. The table is as it was. Try again later.',
    choice: 'This choice of columns and rows cannot be taken:',
    other: 'The broker could not do this. Try again; if that does not help, tell your administrator this:',
    'source-setup': 'The source of this data needs your administrator. The table is as it was. Tell them this:',
  },
})
