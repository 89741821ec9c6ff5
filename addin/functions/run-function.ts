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

export interface FunctionRun {
  readonly board: FigureBoard
  /** By how many days the workbook's dates begin later than those of the 1900 date system. */
  readonly dates: { readonly daysLater: number }
}

export interface FunctionCall {
  readonly name: FunctionName
  readonly given: readonly unknown[]
}

/** Shows a function's value in its cell, now and whenever it changes. Returns what ends that. */
export function runFunction({ board, dates }: FunctionRun, call: FunctionCall, cell: FunctionCell): () => void {
  const read = readArguments(call.name, call.given)
  if ('mistake' in read) {
    cell.fail(describeMistake(read.mistake))
    return () => undefined
  }
  return board.watch(read.question, (shown) => showIn(cell, shown, { name: call.name, daysLater: dates.daysLater }))
}

function showIn(
  cell: FunctionCell,
  shown: Shown,
  { name, daysLater }: { readonly name: FunctionName; readonly daysLater: number },
): void {
  if ('failure' in shown) cell.fail(describeFailure(shown.failure))
  else if (name === 'REFRESHED') cell.show(toLocalValue(String(shown.figure.value), daysLater))
  else cell.show(toCellValue(shown.figure, daysLater))
}
