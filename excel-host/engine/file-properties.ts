/** Properties of the file, as title and author. */
export type FileProperties = Record<
  'title' | 'subject' | 'author' | 'keywords' | 'comments' | 'category' | 'manager' | 'company',
  string
>

/** Of a file that nobody described. */
export function emptyProperties(): FileProperties {
  return { title: '', subject: '', author: '', keywords: '', comments: '', category: '', manager: '', company: '' }
}

/** Excel's habits while typing, which work for add-ins too; a person can switch them off (File, Options, Proofing). */
export interface AutoCorrect {
  /** "Fill formulas in tables to create calculated columns". */
  fillFormulas: boolean
  /** "Include new rows and columns in table". */
  expandTables: boolean
}
