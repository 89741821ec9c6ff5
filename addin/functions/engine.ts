import { FigureBoard, type FigureBoardDeps } from './figure-board.ts'
import type { FunctionEngine } from '../office-functions.ts'
import { runFunction } from './run-function.ts'

/** What functions need once one is called. */
export function createEngine(deps: FigureBoardDeps): FunctionEngine {
  return { board: new FigureBoard(deps), runFunction }
}
