import { describeFailure, describeMistake, type CellError } from './cell-text.ts'
import { toCellValue, toLocalValue, type FormattedValue } from './cell-value.ts'
import type { FunctionName } from './definitions.ts'
import type { FigureBoard } from './figure-board.ts'
import type { Shown } from './figure-entry.ts'
import { readArguments } from './question.ts'

/** A cell that a function fills. */
export interface FunctionCell {
  readonly show: (value: FormattedValue) => void
  readonly fail: (error: CellError) => void
}

/** Shows a function's value in its cell, now and whenever it changes. Returns what ends that. */
export function runFunction(
  board: FigureBoard,
  call: { readonly name: FunctionName; readonly given: readonly unknown[] },
  cell: FunctionCell,
): () => void {
  const read = readArguments(call.name, call.given)
  if ('mistake' in read) {
    cell.fail(describeMistake(read.mistake))
    return () => undefined
  }
  return board.watch(read.question, (shown) => showIn(cell, call.name, shown))
}

function showIn(cell: FunctionCell, name: FunctionName, shown: Shown): void {
  if ('failure' in shown) cell.fail(describeFailure(shown.failure))
  else if (name === 'REFRESHED') cell.show(toLocalValue(String(shown.figure.value)))
  else cell.show(toCellValue(shown.figure))
}
