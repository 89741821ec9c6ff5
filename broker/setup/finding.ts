/** What one step of an examination found, as a sentence or two: what is so, or what is wrong and what to do about it. */
export interface Finding {
  readonly isGood: boolean
  readonly text: string
}
