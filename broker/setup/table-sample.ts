// What a sample of records says about the table that they will make.
import { createCoercer } from '../dataset/coerce.ts'
import type { ColumnType } from '../dataset/column.ts'
import { Flattener, type RawCell } from '../dataset/flatten.ts'
import { inferType, noteKinds } from '../dataset/infer.ts'
import type { JsonObject } from '../source/json.ts'

export interface SampledColumn {
  readonly name: string
  /** Undefined where no record of the sample has a value. */
  readonly type: ColumnType | undefined
  /** The type that its texts could be declared as: numbers and dates that the source writes as text. */
  readonly declarable: ColumnType | undefined
  readonly isUnique: boolean
  readonly hasGaps: boolean
}

export interface TableSample {
  readonly rows: number
  readonly columns: readonly SampledColumn[]
}

const flattenDepth = 3

/** Flattens the records as a pull would, and looks at every column. */
export function sampleTable(records: readonly JsonObject[], depth: number = flattenDepth): TableSample {
  const flattener = new Flattener({ depth, columns: undefined })
  const seen: number[] = []
  const rows = records.map((record) => {
    const cells = flattener.flatten(record)
    noteKinds(seen, cells)
    return cells
  })
  const columns = flattener.columns.map((name, index) => {
    const cells = rows.map((row) => row[index] ?? null)
    const isJoined = flattener.isJoined(index)
    const type = isJoined ? 'text' : inferType(seen[index] ?? 0)
    const values = cells.filter((cell) => cell !== null && cell !== '')
    return {
      name,
      type,
      declarable: type === 'text' && !isJoined ? findDeclarable(name, values) : undefined,
      isUnique: values.length > 0 && new Set(values).size === values.length && !isJoined,
      hasGaps: values.length < cells.length,
    }
  })
  return { rows: rows.length, columns }
}

/** Names whose digits are no quantity: a number of that type would lose leading zeros. */
const nameLikeId =
  /(?:id|ids|ref|code|number|no|key|phone|mobile|fax|zip|postal|postcode|postalcode|account|iban|vat|version)$/i

/** Where every text is a number with a fraction, or true or false: whole numbers alone could be codes. */
function findDeclarable(name: string, values: readonly RawCell[]): ColumnType | undefined {
  if (values.length < 3 || nameLikeId.test(name)) return undefined
  if (!values.every((value) => typeof value === 'string')) return undefined
  if (values.every((value) => /^(?:true|false)$/i.test(value))) return 'boolean'
  const toDecimal = createCoercer('decimal', true)
  const areDecimals =
    values.every((value) => toDecimal(value) !== undefined) && values.some((value) => value.includes('.'))
  return areDecimals ? 'decimal' : undefined
}
