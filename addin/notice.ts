// What the pane tells its user, whatever it is about.

/**
 * What helps: try again, sign in, forget the link, make the table a plain one, change what it shows; or, where a table must grow over something, how.
 */
export type NoticeAction = 'retry' | 'sign-in' | 'forget' | 'unlink' | 'choose' | 'grow-insert' | 'grow-move' | 'leave'

/** Something the user is to know, and the one action that helps; more only where the user has to choose. */
export interface Notice {
  readonly intent: 'success' | 'info' | 'warning' | 'error'
  readonly text: string
  readonly action?: NoticeAction
  readonly otherActions?: readonly NoticeAction[]
}
