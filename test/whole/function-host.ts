// Excel's side of custom functions, in the page that plays Excel: calls functions through the real runtime inside office.js, and keeps
// what it says to their cells. The messages are those that office.js 1.1.110 takes and sends.
import type { BrowserContext, Page } from 'playwright-core'

/** What a cell shows, as the runtime reported it. */
export type CellResult =
  string | number | boolean | { readonly type?: string; readonly basicValue?: unknown; readonly message?: string }

/** A function in a cell. */
export interface FunctionCall {
  readonly id: number
  readonly name: string
  readonly given: readonly unknown[]
}

interface FunctionHost {
  /** By the call's id, everything that its cell showed. */
  readonly results: Map<number, CellResult[]>
  readonly call: (calls: readonly FunctionCall[]) => void
  readonly cancel: (ids: readonly number[]) => void
  /** Whether the add-in said that it can be called. */
  isReady: boolean
}

declare global {
  interface Window {
    functionHost?: FunctionHost
  }
}

/** Prepares the pages of a context; to be called before the first is opened. */
export async function addFunctionHost(context: BrowserContext): Promise<void> {
  await context.addInitScript(installFunctionHost)
}

/** Types functions into cells. */
export function callFunctions(page: Page, calls: readonly FunctionCall[]): Promise<void> {
  return page.evaluate((list) => window.functionHost!.call(list), calls)
}

/** Empties the cells of these calls. */
export function cancelFunctions(page: Page, ids: readonly number[]): Promise<void> {
  return page.evaluate((list) => window.functionHost!.cancel(list), ids)
}

/** What the cell of a call shows, once it shows anything after `known` other results. */
export async function readResult(page: Page, id: number, known = 0): Promise<CellResult> {
  await page.waitForFunction(
    ([call, count]) => (window.functionHost!.results.get(call)?.length ?? 0) > count,
    [id, known] as const,
    { timeout: 60_000 },
  )
  return page.evaluate(([call, count]) => window.functionHost!.results.get(call)![count]!, [id, known] as const)
}

/** Runs in the page: everything it needs is in it. */
function installFunctionHost(): void {
  if (window !== window.top) return
  const messageCategory = 1
  const [invoke, cancel] = [1_000, 1_001]
  const isStreamingAndCancelable = 3
  const results = new Map<number, CellResult[]>()
  let source: MessageEventSource | null = null
  let origin = ''
  let correlationId: unknown

  // Flag 2 tells the runtime that the add-in has functions.
  const frameSource = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'src')!
  Object.defineProperty(HTMLIFrameElement.prototype, 'src', {
    ...frameSource,
    set(value: string) {
      frameSource.set!.call(this, value.replace('$disableLogging$1', '$disableLogging$3'))
    },
  })

  function post(message: object): void {
    const whole = {
      _conversationId: 'preview-conversation',
      _errorCode: 0,
      _serializerVersion: 1,
      _messageType: 1,
      ...message,
    }
    source?.postMessage(JSON.stringify(whole), { targetOrigin: origin })
  }

  function tell(type: number, messages: readonly object[]): void {
    const entries = messages.map((message) => [messageCategory, type, '', JSON.stringify(message), 0, false])
    const event = { _actionName: 'richApiMessage', _correlationId: correlationId, _responseType: 1 }
    post({ ...event, _data: { ArrayData: entries } })
  }

  interface Action {
    readonly Id: number
    readonly ActionType: number
    readonly Name: string
    readonly ArgumentInfo?: { readonly Arguments: readonly unknown[] }
  }

  function take({ Name: name, ArgumentInfo: info }: Action): void {
    if (name === '_SetOsfControlContainerReadyForCustomFunctions') host.isReady = true
    if (name !== 'SetInvocationResults') return
    for (const { id, value } of info!.Arguments[0] as { id: number; value: CellResult }[])
      results.set(id, [...(results.get(id) ?? []), value])
  }

  function answer(request: Record<string, unknown>, body: string): void {
    const { Actions: actions } = JSON.parse(body) as { Actions: readonly Action[] }
    for (const action of actions) take(action)
    const values = actions.map(({ Id, ActionType }) => ({ ActionId: Id, Value: ActionType === 1 ? {} : null }))
    const text = JSON.stringify({ Results: values })
    const { _actionName, _correlationId } = request
    post({ _actionName, _correlationId, _responseType: 0, _data: { Version: 1, Error: 0, Data: [200, [], text] } })
  }

  window.addEventListener('message', (event) => {
    if (typeof event.data !== 'string' || !event.data.includes('_actionName')) return
    const request = JSON.parse(event.data) as Record<string, unknown>
    ;({ source, origin } = event)
    if (request['_actionName'] === 'richApiMessage') correlationId = request['_correlationId']
    const { ArrayData: list } = (request['_data'] ?? {}) as { ArrayData?: readonly unknown[] }
    const body = list?.[4]
    if (typeof body !== 'string' || !body.includes('"Microsoft.ExcelServices.CustomFunctions"')) return
    event.stopImmediatePropagation()
    answer(request, body)
  })

  const host: FunctionHost = {
    results,
    isReady: false,
    call: (calls) =>
      tell(
        invoke,
        calls.map(({ id, name, given }) => [id, name, given, '', isStreamingAndCancelable]),
      ),
    cancel: (ids) =>
      tell(
        cancel,
        ids.map((id) => ({ invocationId: id })),
      ),
  }
  window.functionHost = host
}
