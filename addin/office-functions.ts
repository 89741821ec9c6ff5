// The only file that talks to Excel's custom functions: it says which there are, and hands their calls on.
import type { CellError } from './functions/cell-text.ts'
import type { FormattedValue } from './functions/cell-value.ts'
import type { FunctionName } from './functions/definitions.ts'
import type { FigureBoard } from './functions/figure-board.ts'
import type { FunctionCall, FunctionCell } from './functions/run-function.ts'

/** What office.js brings for them; its types leave this out. */
interface CustomFunctionsLibrary {
  associate(id: string, run: (...given: unknown[]) => void): void
  readonly Error: new (code: string, message: string) => Error
}

/** The part of Office that says what Excel can do. */
interface OfficeRequirements {
  readonly context: { readonly requirements: { isSetSupported(set: string, version: string): boolean } }
}

/** What Excel passes last to a function that streams. */
interface StreamingInvocation {
  setResult(value: unknown): void
  onCanceled?: () => void
}

/** What functions need once one is called; it comes with a script of its own. */
export interface FunctionEngine {
  readonly board: FigureBoard
  /** Shows the call's value in its cell, now and whenever it changes; returns what ends that. */
  run(call: FunctionCall, cell: FunctionCell): () => void
}

const functionNames: readonly FunctionName[] = ['VALUE', 'COUNT', 'SUM', 'LOOKUP', 'REFRESHED']

/**
 * Tells Excel what to call. To be called before Office is ready: Excel may call at once then. Does nothing where Excel knows no custom
 * functions.
 *
 * @param load brings the engine, and is called at the first call of a function, and again after it failed
 * @param loadFailed what a cell says when it did
 */
export function associateFunctions(load: () => Promise<FunctionEngine>, loadFailed: () => CellError): void {
  const library = findLibrary()
  if (!library) return
  for (const name of functionNames) {
    library.associate(name, (...given) => {
      const invocation = given.at(-1)
      if (isStreaming(invocation))
        follow(invocation, { library, load, loadFailed, call: { name, given: given.slice(0, -1) } })
    })
  }
}

interface FollowDeps {
  readonly library: CustomFunctionsLibrary
  readonly load: () => Promise<FunctionEngine>
  readonly loadFailed: () => CellError
  readonly call: FunctionCall
}

function follow(invocation: StreamingInvocation, { library, load, loadFailed, call }: FollowDeps): void {
  let isCanceled = false
  let stop = (): void => undefined
  invocation.onCanceled = () => {
    isCanceled = true
    stop()
  }
  const cell: FunctionCell = {
    show: (value) => invocation.setResult(toResult(value)),
    fail: (error) => invocation.setResult(toError(library, error)),
  }
  load().then(
    (engine) => {
      if (!isCanceled) stop = engine.run(call, cell)
    },
    () => {
      if (!isCanceled) cell.fail(loadFailed())
    },
  )
}

/** Where Excel can keep a number format with a value, dates look like dates. */
function toResult({ value, numberFormat }: FormattedValue): unknown {
  return numberFormat !== undefined && canFormat()
    ? { type: 'FormattedNumber', basicValue: value, numberFormat }
    : value
}

function canFormat(): boolean {
  const { Office: office } = globalThis as { readonly Office?: OfficeRequirements }
  return office?.context.requirements.isSetSupported('CustomFunctionsRuntime', '1.4') ?? false
}

function toError({ Error: FunctionError }: CustomFunctionsLibrary, { kind, text }: CellError): Error {
  return new FunctionError(kind === 'not-available' ? '#N/A' : '#VALUE!', text)
}

function findLibrary(): CustomFunctionsLibrary | undefined {
  const { CustomFunctions: library } = globalThis as { readonly CustomFunctions?: Partial<CustomFunctionsLibrary> }
  if (typeof library?.associate !== 'function') return undefined
  // Its errors come with Excel's own script, after this; they are looked up when they are needed.
  return library as CustomFunctionsLibrary
}

function isStreaming(value: unknown): value is StreamingInvocation {
  return typeof value === 'object' && value !== null && 'setResult' in value && typeof value.setResult === 'function'
}
