import type { Workbook } from '../workbook.ts'
import { FigureBoard, type FigureBoardDeps } from './figure-board.ts'
import type { FunctionEngine } from '../office-functions.ts'
import { runFunction } from './run-function.ts'

export interface EngineDeps extends FigureBoardDeps {
  /** The one whose cells the functions fill. */
  readonly workbook: Pick<Workbook, 'daysLater' | 'learnDates'>
}

/** What functions need once one is called. */
export function createEngine(deps: EngineDeps): FunctionEngine {
  const board = new FigureBoard(deps)
  return { board, run: (call, cell) => runFunction({ board, dates: deps.workbook }, call, cell) }
}
