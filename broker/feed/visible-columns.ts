import type { Column } from '../dataset/column.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { NamedColumn } from '../query/column-names.ts'

/**
 * The columns that a reader may see (`granted`; undefined for all), in table order.
 *
 * @throws {BrokerError} `dataset-unknown` when those of the key are not all among them
 */
export function findVisible(
  columns: readonly Column[],
  key: readonly string[],
  granted: readonly string[] | undefined,
): readonly NamedColumn[] {
  const visible = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => granted === undefined || granted.includes(column.name))
  const hidden = new Set(columns.map(({ name }) => name))
  for (const { column } of visible) hidden.delete(column.name)
  // The key travels beside every row; whoever may not see its columns may not see the rows.
  if (key.some((name) => hidden.has(name)))
    throw new BrokerError(
      'dataset-unknown',
      'Your access leaves out columns of the key; ask an administrator to add them.',
    )
  return visible
}
