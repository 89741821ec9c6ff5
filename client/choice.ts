// How a choice of columns and rows is written in an address.

/** Which columns and rows of a dataset to read; everything that is left out means all. */
export interface RowsChoice {
  /** Names of columns, in the order wanted; those of the key come in any case. */
  readonly columns?: readonly string[]
  /** What must be true for a row, in the language that docs/API.md describes; `quoteName` and `quoteText` write names and texts for it. */
  readonly filter?: string
  readonly orderBy?: readonly { readonly column: string; readonly isDescending?: boolean }[]
  /** Only the first so many rows. */
  readonly top?: number
}

/** A column's name as filters and lists of names take it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as filters take it, whatever is in it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** The parameters of a first page, beginning with `?` unless there are none. */
export function toRowsQuery(
  choice: RowsChoice & { readonly since?: number; readonly sinceNow?: string; readonly limit?: number },
): string {
  const { since, sinceNow, limit, columns, filter, orderBy, top } = choice
  const order = orderBy?.map(({ column, isDescending }) => quoteName(column) + (isDescending ? ' desc' : ''))
  const values = {
    since,
    sincenow: sinceNow,
    limit,
    columns: columns?.map(quoteName).join(),
    filter,
    orderby: order?.join(),
    top,
  }
  const parameters = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return parameters.length > 0 ? `?${parameters.join('&')}` : ''
}
