// The real office.js in plain Node: the library's own host bridge, answered by our workbook. `Excel.run`, load and sync,
// `PropertyNotLoaded` and null objects behave as in Excel; `Office.onReady`, settings and commands need the browser tier.
/// <reference types="office-js" />
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createContext, Script } from 'node:vm'
import type { EventMessage } from './engine/events.ts'
import type { CellEditAnswer, HostCounters, InjectedError } from './engine/host.ts'
import { ExcelHost, HOST_ERRORS } from './engine/host.ts'
import { Person } from './engine/person.ts'
import { Workbook } from './engine/workbook.ts'

/** Excel in Node: the library's namespaces, and the workbook behind them. */
export interface NodeExcel {
  readonly Excel: typeof Excel
  readonly OfficeExtension: typeof OfficeExtension
  readonly workbook: Workbook
  /** Somebody who edits the workbook by hand. */
  readonly person: Person
  /** Somebody else in the same file; events say so. */
  readonly colleague: Person
  /** Requests, bytes, cell writes and tracked objects so far. */
  readonly counters: HostCounters
  /** Makes a batch to come fail. */
  injectError(error: InjectedError): void
  /** What a worksheet function throws to show an error value. */
  readonly CustomFunctions: { readonly Error: new (code: string, message?: string) => Error }
  /** Installs worksheet functions: the namespace, the parsed `functions.json`, and what to call by id. */
  registerFunctions(namespace: string, metadata: unknown, functions: Readonly<Record<string, unknown>>): void
  /** Somebody begins to edit a cell: batches are refused, or wait for the end. */
  startCellEdit(answer?: CellEditAnswer): void
  /** The edit is over. */
  endCellEdit(): void
}

interface Bridge {
  sendMessageToHost(json: string): void
  /** Set by the library when it finds the bridge. */
  onMessageFromHost?: (json: string) => void
}

let librarySource: Promise<Script> | undefined

function loadLibrary(): Promise<Script> {
  librarySource ??= readLibrary()
  return librarySource
}

async function readLibrary(): Promise<Script> {
  const path = createRequire(import.meta.url).resolve('@microsoft/office-js/dist/excel-web-16.00.js')
  return new Script(await readFile(path, 'utf8'), { filename: path })
}

interface BridgeRequest {
  readonly id: unknown
  readonly flags: number
  readonly body: string
}

function readRequest(json: string): BridgeRequest {
  const request: unknown = JSON.parse(json)
  if (typeof request !== 'object' || request === null || !('id' in request) || !('message' in request)) {
    throw new Error('The library sent an unknown message to its host.')
  }
  const { id, message } = request
  const body = typeof message === 'object' && message !== null && 'body' in message ? message.body : undefined
  const flags = 'flags' in request ? Number(request.flags) : 0
  return { id, flags, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

// Undefined when no answer ever comes.
async function respond(host: ExcelHost, { body, flags }: BridgeRequest): Promise<Record<string, unknown> | undefined> {
  const answer = await host.answer(body, flags)
  if (answer.kind === 'lost') return undefined
  if (answer.kind === 'answer') return { statusCode: 200, headers: {}, body: answer.body }
  const { status, code } = HOST_ERRORS[answer.number] ?? { status: 500, code: 'GeneralException' }
  return { statusCode: status, headers: {}, body: { error: { code, message: answer.message } } }
}

function entryOf({ category, type, targetId, argument }: EventMessage): readonly unknown[] {
  return [category, type, targetId, JSON.stringify(argument), 0]
}

function createBridge(host: ExcelHost): Bridge {
  const bridge: Bridge = {
    sendMessageToHost(json) {
      const request = readRequest(json)
      // A host answers later, never inside the call.
      setImmediate(() => {
        void respond(host, request).then((message) => {
          if (message !== undefined) bridge.onMessageFromHost?.(JSON.stringify({ id: request.id, type: 2, message }))
        })
      })
    },
  }
  host.workbook.onEvents((events) => {
    // After the answer to the batch that caused them.
    setImmediate(() =>
      bridge.onMessageFromHost?.(JSON.stringify({ type: 3, message: { entries: events.map(entryOf) } })),
    )
  })
  return bridge
}

// What the library touches while it loads; everything that would show something does nothing.
function createGlobals(bridge: Bridge): Record<string, unknown> {
  const nothing = (): undefined => undefined
  const element = (): object => ({ style: {}, setAttribute: nothing, appendChild: nothing, addEventListener: nothing })
  const href = 'https://localhost/addin.html'
  const globals: Record<string, unknown> = {
    _richApiNativeBridge: bridge,
    console,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    performance,
    URL,
    navigator: { userAgent: 'Node', language: 'en-US' },
    location: { href, search: '', hash: '', protocol: 'https:', host: 'localhost', hostname: 'localhost' },
    addEventListener: nothing,
    removeEventListener: nothing,
    postMessage: nothing,
    document: {
      readyState: 'complete',
      cookie: '',
      head: element(),
      body: element(),
      documentElement: {},
      createElement: element,
      getElementsByTagName: () => [],
      getElementById: () => null,
      addEventListener: nothing,
    },
  }
  for (const name of ['window', 'self', 'globalThis', 'top', 'parent']) globals[name] = globals
  return globals
}

function hasLibrary(
  globals: Record<string, unknown>,
): globals is Record<string, unknown> &
  Pick<NodeExcel, 'Excel' | 'OfficeExtension' | 'CustomFunctions'> & { readonly CustomFunctionMappings: object } {
  const names = ['Excel', 'OfficeExtension', 'CustomFunctions', 'CustomFunctionMappings']
  return names.every((name) => typeof globals[name] === 'object')
}

/**
 * Loads the unmodified Excel library of `@microsoft/office-js` into a context of its own, on a workbook; a tenth of a
 * second. Several may live side by side and know nothing of each other.
 */
export async function startExcelInNode(workbook: Workbook = new Workbook()): Promise<NodeExcel> {
  const library = await loadLibrary()
  const host = new ExcelHost(workbook)
  const globals = createGlobals(createBridge(host))
  library.runInContext(createContext(globals))
  if (!hasLibrary(globals)) throw new Error('The library did not define its namespaces.')
  return {
    Excel: globals.Excel,
    OfficeExtension: globals.OfficeExtension,
    CustomFunctions: globals.CustomFunctions,
    registerFunctions: (namespace, metadata, functions) => {
      Object.assign(globals.CustomFunctionMappings, functions)
      workbook.customFunctions.register(namespace, metadata)
      workbook.customFunctions.ready()
    },
    workbook,
    get counters() {
      return host.counters
    },
    person: new Person(workbook),
    colleague: new Person(workbook, 'Remote'),
    injectError: (error) => host.injectError(error),
    startCellEdit: (answer) => host.startCellEdit(answer),
    endCellEdit: () => host.endCellEdit(),
  }
}
