// Plays Excel on the web for one add-in frame: answers the messages that office.js posts to its host.
// The message form is measured: JSON texts with `_messageType` 0 for requests and 1 for responses.
import type { ExcelHost } from '../engine/host.ts'
import { SignInBridge } from './sign-in-bridge.ts'

const CONVERSATION = 'preview-conversation'
const ADDIN_ID = 'preview-addin'

/** The calls of `executeMethod`, by their dispatch ids. */
const DISPATCH = {
  loadSettings: 75,
  saveSettings: 76,
  fileProperties: 86,
  richApi: 93,
  commandCompleted: 94,
  accessToken: 98,
} as const

const INVALID_METHOD = 5001
const ACCESS_DENIED = 7000

/** What `isSetSupported` answers for; Excel on the web has all of these, and this host the part that is used. */
const REQUIREMENT_SETS: Readonly<Record<string, number>> = {
  excelapi: 1.17,
  sharedruntime: 1.2,
  customfunctionsruntime: 1.3,
  customfunctions: 1.8,
  delayforcelledit: 1.1,
  addincommands: 1.3,
  settings: 1.1,
  customxmlparts: 1.1,
  documentevents: 1.1,
}

interface Request {
  readonly actionName: string
  readonly actionType: number
  readonly correlationId: unknown
  readonly conversationId: unknown
  readonly data: unknown
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function parseRequest(text: unknown): Request | undefined {
  if (typeof text !== 'string') return undefined
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    // Other scripts post their own messages; they are none of ours.
    return undefined
  }
  const actionName = field(message, '_actionName')
  if (field(message, '_messageType') !== 0 || typeof actionName !== 'string') return undefined
  return {
    actionName,
    actionType: Number(field(message, '_actionType') ?? 0),
    correlationId: field(message, '_correlationId'),
    conversationId: field(message, '_conversationId'),
    data: field(message, '_data'),
  }
}

/** What differs between one person's Excel and another's. */
export interface OfficeBridgeOptions {
  /** Of the menus (`Office.context.displayLanguage`), as `de-DE`. */
  readonly language: string
  /** Of the file (`Office.context.contentLanguage`). */
  readonly contentLanguage: string
}

/** The host side of one add-in frame. */
export class OfficeBridge {
  readonly signIn = new SignInBridge()
  readonly #host: ExcelHost
  readonly #options: OfficeBridgeOptions
  readonly #frame = document.createElement('iframe')
  readonly #events = new Map<string, unknown>()
  readonly #commands = new Map<string, () => void>()
  #awaitingHandler: (() => void)[] = []
  #origin = ''
  #nextCommand = 1

  constructor(host: ExcelHost, options: OfficeBridgeOptions) {
    this.#host = host
    this.#options = options
  }

  /** Puts a frame with the add-in's page into `container`, with everything office.js needs to find its host. */
  start(container: HTMLElement, addinUrl: URL): void {
    this.#origin = addinUrl.origin
    window.addEventListener('message', this.#receive)
    this.#host.workbook.onEvents((events) => {
      const entries = events.map((event) => [
        event.category,
        event.type,
        event.targetId,
        JSON.stringify(event.argument),
        0,
        false,
      ])
      // After the answer to the batch that caused them.
      setTimeout(() => this.#sendEvent('richApiMessage', { ArrayData: entries }))
    })
    const frame = this.#frame
    frame.id = 'addin'
    frame.title = 'Add-in'
    frame.allow = 'clipboard-write'
    // A frame takes its name when it is put into the document; later changes do not reach `window.name`.
    frame.name = JSON.stringify({
      baseFrameName: 'preview',
      xdmInfo: `${CONVERSATION}|${ADDIN_ID}|${window.location.origin}`,
      serializerVersion: '1',
      flights: '[]',
    })
    // office.js splits this value at dollar signs, so they must stay unescaped; the last are flags: 1 is the shared
    // runtime, 2 custom functions.
    const hostInfo = `Excel$Web$16.01$${this.#options.language}$preview$$disableLogging$3`
    frame.src = `${addinUrl.href}${addinUrl.search === '' ? '?' : '&'}_host_Info=${hostInfo}`
    container.append(frame)
  }

  /** Presses a ribbon button; resolves when the add-in calls `event.completed()`. */
  async invokeCommand(functionName: string): Promise<void> {
    if (!this.#events.has('appCommandInvoked')) {
      await new Promise<void>((resolve) => this.#awaitingHandler.push(resolve))
    }
    const id = `command-${this.#nextCommand}`
    this.#nextCommand += 1
    const completed = new Promise<void>((resolve) => this.#commands.set(id, resolve))
    this.#sendEvent('appCommandInvoked', [id, functionName, JSON.stringify({ source: { id: functionName } })])
    await completed
  }

  readonly #receive = (event: MessageEvent): void => {
    if (event.source !== this.#frame.contentWindow || event.origin !== this.#origin) return
    const request = parseRequest(event.data)
    if (request !== undefined) this.#handle(request)
  }

  #handle(request: Request): void {
    if (request.actionName === 'ContextActivationManager_getAppContextAsync') {
      this.#respond(request, this.#appContext())
      return
    }
    if (request.actionName === 'executeMethod') {
      void this.#execute(request.data).then((data) => {
        if (data !== undefined) this.#respond(request, data)
      })
      return
    }
    if (request.actionType === 1) {
      this.#events.set(request.actionName, request.correlationId)
      this.#respond(request, { Error: 0 })
      if (request.actionName === 'appCommandInvoked') for (const resume of this.#awaitingHandler.splice(0)) resume()
      return
    }
    if (request.actionType === 2) this.#events.delete(request.actionName)
    this.#respond(request, { Error: 0 })
  }

  #documentUrl(): string {
    return `${window.location.origin}/${this.#host.workbook.name}`
  }

  #appContext(): Record<string, unknown> {
    // A page that starts (again) has no runtime yet that could take calls.
    this.#host.workbook.customFunctions.restart()
    return {
      _id: ADDIN_ID,
      _appName: 16,
      _appVersion: '16.01',
      _appUILocale: this.#options.language,
      _dataLocale: this.#options.contentLanguage,
      _docUrl: this.#documentUrl(),
      _clientMode: 1,
      _settings: this.#settings(),
      _reason: 1,
      _osfControlType: 1,
      _eToken: '',
      _correlationId: 'preview',
      _appInstanceId: ADDIN_ID,
      _requirementMatrix: JSON.stringify({ ...REQUIREMENT_SETS, ...SignInBridge.sets(window.location.search) }),
      _hostFullVersion: '16.01',
      _addinName: 'Preview',
      _appDomains: [],
      _initialDisplayMode: 2,
    }
  }

  #settings(): [string, string][] {
    return [...this.#host.workbook.settings].map(([name, value]) => [name, JSON.stringify(value)])
  }

  // Undefined when no answer ever comes.
  async #execute(data: unknown): Promise<Record<string, unknown> | undefined> {
    const dispatchId = field(field(data, 'DdaMethod'), 'DispatchId')
    const args = field(data, 'ArrayData')
    if (dispatchId === DISPATCH.richApi && Array.isArray(args)) return this.#richApi(args)
    if (dispatchId === DISPATCH.loadSettings) {
      // Excel names the parts here, although at the start it sends pairs.
      const settings = this.#settings().map(([name, value]) => ({ Name: name, Value: value }))
      return { Version: 1, Error: 0, Properties: { Settings: settings } }
    }
    // The library reads these by number: 0 the properties, and in them 1 the address.
    if (dispatchId === DISPATCH.fileProperties) return { Version: 1, Error: 0, 0: { 1: this.#documentUrl() } }
    if (dispatchId === DISPATCH.saveSettings) return this.#saveSettings(data)
    if (dispatchId === DISPATCH.commandCompleted) return this.#commandCompleted(args ?? data)
    if (dispatchId === DISPATCH.accessToken) return this.signIn.answerToken(data)
    return { Version: 1, Error: INVALID_METHOD }
  }

  async #richApi(args: readonly unknown[]): Promise<Record<string, unknown> | undefined> {
    const body = args[4]
    if (typeof body !== 'string') return { Version: 1, Error: INVALID_METHOD }
    const answer = await this.#host.answer(body, Number(args[6] ?? 0))
    if (answer.kind === 'lost') return undefined
    return answer.kind === 'answer'
      ? { Version: 1, Error: 0, Data: [200, [], answer.body] }
      : { Version: 1, Error: answer.number }
  }

  #saveSettings(data: unknown): Record<string, unknown> {
    const { settings, isReadOnly } = this.#host.workbook
    if (isReadOnly) return { Version: 1, Error: ACCESS_DENIED }
    const properties = field(field(data, 'DdaSettingsMethod'), 'Properties')
    if (!Array.isArray(properties)) return { Version: 1, Error: INVALID_METHOD }
    settings.clear()
    for (const entry of properties) {
      if (!Array.isArray(entry)) continue
      const pair: readonly unknown[] = entry
      const [name, json] = pair
      if (typeof name === 'string' && typeof json === 'string') settings.set(name, JSON.parse(json))
    }
    return { Version: 1, Error: 0 }
  }

  #commandCompleted(args: unknown): Record<string, unknown> {
    const id = field(args, '0')
    if (typeof id === 'string') {
      this.#commands.get(id)?.()
      this.#commands.delete(id)
    }
    return { Version: 1, Error: 0 }
  }

  #respond(request: Request, data: unknown): void {
    this.#post({
      actionName: request.actionName,
      conversationId: request.conversationId,
      correlationId: request.correlationId,
      responseType: 0,
      data,
    })
  }

  #sendEvent(actionName: string, data: unknown): void {
    if (!this.#events.has(actionName)) return
    const correlationId = this.#events.get(actionName)
    this.#post({ actionName, conversationId: CONVERSATION, correlationId, responseType: 1, data })
  }

  #post(response: {
    readonly actionName: string
    readonly conversationId: unknown
    readonly correlationId: unknown
    readonly responseType: number
    readonly data: unknown
  }): void {
    const message = {
      _messageType: 1,
      _actionName: response.actionName,
      _conversationId: response.conversationId,
      _correlationId: response.correlationId,
      _origin: window.location.origin,
      _data: response.data,
      _errorCode: 0,
      _responseType: response.responseType,
      _serializerVersion: 1,
    }
    this.#frame.contentWindow?.postMessage(JSON.stringify(message), this.#origin)
  }
}
