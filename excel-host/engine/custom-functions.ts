// Worksheet functions of the add-in. A formula that calls one shows `#BUSY!` until the add-in's runtime answers; results
// are kept for as long as the arguments stay the same. The numbers are those of the library's custom functions runtime.
import type { CellValue } from './cell-value.ts'
import { formatAddress } from './area.ts'
import { FormulaError, isErrorValue } from './formula/errors.ts'
import type { FormulaCell } from './formula/formula-cell.ts'
import type { FunctionMetadata, FunctionParameter } from './function-metadata.ts'
import { readFunctionMetadata } from './function-metadata.ts'
import type { Evaluator, Operand, Scalar } from './formula/values.ts'
import { Cells, toBoolean, toNumber, toText } from './formula/values.ts'

const INVOKE = 1_000
const CANCEL = 1_001
const CANCELABLE = 1
const STREAM = 2

/** What the runtime's error numbers show in a cell. */
const ERROR_VALUES: Readonly<Record<number, string>> = {
  1: '#N/A',
  5: '#DIV/0!',
  6: '#NUM!',
  8: '#NULL!',
  9: '#NAME?',
  10: '#NAME?',
}

/** Sends a message to the add-in's runtime. */
export type SendToRuntime = (type: number, message: unknown) => void

interface Invocation {
  readonly id: number
  readonly key: string
  readonly definition: FunctionMetadata
  readonly message: readonly unknown[]
  isSent: boolean
  isPending: boolean
  value: CellValue
}

// The calls of one cell: those of its present formula and arguments, and those of before.
interface CellCalls {
  generation: number
  current: Map<string, Invocation>
  previous: Map<string, Invocation>
}

/** The add-in's functions, and what their cells wait for. */
export class CustomFunctions {
  readonly #send: SendToRuntime
  readonly #definitions = new Map<string, FunctionMetadata>()
  readonly #calls = new Map<FormulaCell, CellCalls>()
  readonly #byId = new Map<number, Invocation>()
  #prefix = ''
  #isReady = false
  #nextId = 1

  constructor(send: SendToRuntime) {
    this.#send = send
  }

  /** Whether any functions are known. */
  get areRegistered(): boolean {
    return this.#definitions.size > 0
  }

  /** Cells that wait for the add-in. */
  get pending(): number {
    return [...this.#byId.values()].filter(({ isPending }) => isPending).length
  }

  /** Makes functions known, as installing an add-in does: the text of its metadata, and the namespace of its manifest. */
  register(namespace: string, metadata: unknown): void {
    this.#prefix = `${namespace.toUpperCase()}.`
    for (const definition of readFunctionMetadata(metadata)) {
      this.#definitions.set(this.#prefix + definition.name.toUpperCase(), definition)
    }
  }

  /** Whether a formula calls one of them. */
  isCalledIn(formula: string): boolean {
    return this.areRegistered && formula.toUpperCase().includes(this.#prefix)
  }

  /** The add-in's runtime has started: it gets the calls that wait. */
  ready(): void {
    this.#isReady = true
    for (const invocation of this.#byId.values()) this.#invoke(invocation)
  }

  /** The runtime is gone, as when its page is loaded again: calls go out again when it is ready. */
  restart(): void {
    this.#isReady = false
    for (const invocation of this.#byId.values()) if (invocation.isPending) invocation.isSent = false
  }

  /** Every result is asked for again at the next calculation. */
  forget(): void {
    for (const calls of this.#calls.values()) {
      for (const { id } of calls.current.values()) this.#cancel(id)
      calls.current = new Map()
    }
  }

  /** A cell begins to be calculated: calls that it does not make again are swept away afterwards. */
  begin(cell: FormulaCell, generation: number): void {
    if (this.#calls.has(cell)) this.#callsOf(cell, generation)
  }

  /** The value of a call in a formula. */
  call(name: string, args: readonly Operand[], evaluator: Evaluator): Scalar {
    const definition = this.#definitions.get(name.toUpperCase())
    if (definition === undefined) throw new FormulaError('#NAME?')
    const values = bindArguments(definition.parameters, args, evaluator)
    const { cell, generation } = evaluator
    const calls = this.#callsOf(cell, generation)
    const key = `${name} ${JSON.stringify(values)}`
    const known = calls.current.get(key) ?? calls.previous.get(key)
    const invocation = known ?? this.#start(key, definition, values, evaluator)
    calls.current.set(key, invocation)
    if (isErrorValue(invocation.value)) throw new FormulaError(String(invocation.value))
    return invocation.value
  }

  /** After a calculation: calls that no formula makes any more are cancelled. */
  sweep(isAlive: (cell: FormulaCell) => boolean): void {
    for (const [cell, calls] of this.#calls) {
      const alive = isAlive(cell)
      for (const [key, { id }] of calls.previous) if (!alive || !calls.current.has(key)) this.#cancel(id)
      calls.previous = new Map()
      if (alive) continue
      for (const { id } of calls.current.values()) this.#cancel(id)
      this.#calls.delete(cell)
    }
  }

  /** Takes a result in; streaming functions may give many. Results of cancelled calls are ignored. */
  settle(id: number, succeeded: boolean, result: unknown, errorNumber: number): void {
    const invocation = this.#byId.get(id)
    if (invocation === undefined) return
    invocation.isPending = false
    invocation.value = succeeded ? shownValue(result) : (ERROR_VALUES[errorNumber] ?? '#VALUE!')
  }

  #callsOf(cell: FormulaCell, generation: number): CellCalls {
    let calls = this.#calls.get(cell)
    if (calls === undefined) {
      calls = { generation, current: new Map(), previous: new Map() }
      this.#calls.set(cell, calls)
    }
    if (calls.generation !== generation) {
      calls.generation = generation
      calls.previous = new Map([...calls.previous, ...calls.current])
      calls.current = new Map()
    }
    return calls
  }

  #start(key: string, definition: FunctionMetadata, values: readonly unknown[], { site }: Evaluator): Invocation {
    const id = this.#nextId
    this.#nextId += 1
    const at = { row: site.row, column: site.column, rowCount: 1, columnCount: 1 }
    const flags = (definition.isCancelable ? CANCELABLE : 0) | (definition.isStream ? STREAM : 0)
    const message = [id, definition.id, values, formatAddress(site.sheet.name, at), flags]
    const invocation = { id, key, definition, message, isSent: false, isPending: true, value: '#BUSY!' }
    this.#byId.set(id, invocation)
    this.#invoke(invocation)
    return invocation
  }

  #invoke(invocation: Invocation): void {
    if (!this.#isReady || invocation.isSent) return
    invocation.isSent = true
    this.#send(INVOKE, invocation.message)
  }

  #cancel(id: number): void {
    const invocation = this.#byId.get(id)
    if (invocation === undefined) return
    this.#byId.delete(id)
    const isRunning = invocation.isSent && (invocation.isPending || invocation.definition.isStream)
    if (isRunning && (invocation.definition.isCancelable || invocation.definition.isStream)) {
      this.#send(CANCEL, { invocationId: id })
    }
  }
}

function isCellValue(value: unknown): value is CellValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

// Of an array the first value; of an object of Excel's data types what a cell without them would show.
function shownValue(result: unknown): CellValue {
  if (isCellValue(result)) return result
  if (Array.isArray(result)) return shownValue(result[0])
  if (typeof result !== 'object' || result === null) return 0
  if ('basicValue' in result && isCellValue(result.basicValue)) return result.basicValue
  return '#VALUE!'
}

function scalarOf(type: string, value: Scalar): unknown {
  if (type === 'number') return toNumber(value)
  if (type === 'boolean') return toBoolean(value)
  if (type === 'string') return toText(value)
  return value ?? ''
}

function bind(parameter: FunctionParameter, operand: Operand, evaluator: Evaluator): unknown {
  if (!parameter.isMatrix) return scalarOf(parameter.type, evaluator.scalar(operand))
  if (!(operand instanceof Cells)) return [[scalarOf(parameter.type, operand)]]
  const { columnCount } = operand.area
  const flat = [...evaluator.everyCell(operand)].map((value) => scalarOf(parameter.type, value))
  return Array.from({ length: operand.area.rowCount }, (_row, row) =>
    flat.slice(row * columnCount, (row + 1) * columnCount),
  )
}

function bindArguments(
  parameters: readonly FunctionParameter[],
  args: readonly Operand[],
  evaluator: Evaluator,
): readonly unknown[] {
  const last = parameters.at(-1)
  if (args.length > parameters.length && last?.isRepeating !== true) throw new FormulaError('#VALUE!')
  return parameters.map((parameter, index) => {
    if (parameter.isRepeating) return args.slice(index).map((operand) => bind(parameter, operand, evaluator))
    const operand = args[index]
    if (index >= args.length) return parameter.isOptional ? null : refuse()
    return bind(parameter, operand, evaluator)
  })
}

function refuse(): never {
  throw new FormulaError('#VALUE!')
}
