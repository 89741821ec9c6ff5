// The preview page: a simulated workbook beside the real add-in.
import { formatCells } from '../engine/area.ts'
import type { CellEditAnswer, HostCounters, InjectedError } from '../engine/host.ts'
import { ExcelHost } from '../engine/host.ts'
import { Person } from '../engine/person.ts'
import { Workbook } from '../engine/workbook.ts'
import { CellEditing, editableText } from './cell-editing.ts'
import { GridView } from './grid-view.ts'
import type { OfficeBridgeOptions } from './office-bridge.ts'
import { OfficeBridge } from './office-bridge.ts'
import { makePaneResizable } from './pane-edge.ts'
import type { SignInBridge } from './sign-in-bridge.ts'

/** What tests reach as `window.excelHost`. */
export interface PreviewHost {
  readonly workbook: Workbook
  /** Somebody who edits the workbook by hand. */
  readonly person: Person
  readonly counters: HostCounters
  injectError(error: InjectedError): void
  readonly signIn: SignInBridge
  /** Somebody begins to edit a cell: batches are refused, or wait for the end. */
  startCellEdit(answer?: CellEditAnswer): void
  /** The edit is over. */
  endCellEdit(): void
  /** Presses a ribbon button of the add-in and waits for its end. */
  invokeCommand(functionName: string): Promise<void>
}

declare global {
  interface Window {
    excelHost?: PreviewHost
  }
}

interface Settings {
  readonly addinPath: string
  readonly hint: string
  readonly functions: { readonly namespace: string; readonly metadata: unknown }
}

function isSettings(value: unknown): value is Settings {
  return (
    typeof value === 'object' &&
    value !== null &&
    'addinPath' in value &&
    typeof value.addinPath === 'string' &&
    'hint' in value &&
    typeof value.hint === 'string' &&
    'functions' in value &&
    typeof value.functions === 'object'
  )
}

function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`The page has no #${id}.`)
  return found
}

function showHint(hint: string): void {
  const bar = find('hint', HTMLParagraphElement)
  bar.hidden = hint === ''
  for (const [index, part] of hint.split('`').entries()) {
    if (index % 2 === 0) {
      bar.append(part)
      continue
    }
    const code = document.createElement('code')
    code.textContent = part
    const copy = document.createElement('button')
    copy.type = 'button'
    copy.textContent = 'Copy'
    copy.addEventListener('click', () => {
      void navigator.clipboard.writeText(part).then(() => {
        copy.textContent = 'Copied'
      })
    })
    bar.append(code, copy)
  }
}

function showTabs(workbook: Workbook): void {
  const tabs = workbook.sheets
    .filter((sheet) => sheet.visibility === 'Visible')
    .map((sheet) => {
      const tab = document.createElement('button')
      const isActive = sheet === workbook.activeSheet
      tab.type = 'button'
      tab.setAttribute('role', 'tab')
      tab.setAttribute('aria-selected', String(isActive))
      tab.tabIndex = isActive ? 0 : -1
      tab.textContent = sheet.name
      tab.addEventListener('click', () => {
        workbook.activate(sheet)
        workbook.notifyChanged()
      })
      return tab
    })
  find('tabs', HTMLDivElement).replaceChildren(...tabs)
}

function connectNewSheet(workbook: Workbook): void {
  find('new-sheet', HTMLButtonElement).addEventListener('click', () => {
    workbook.activate(workbook.addSheet())
    workbook.notifyChanged()
  })
}

function moveBetweenTabs(workbook: Workbook): void {
  find('tabs', HTMLDivElement).addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const visible = workbook.sheets.filter((sheet) => sheet.visibility === 'Visible')
    const next = visible[visible.indexOf(workbook.activeSheet) + step]
    if (step === 0 || next === undefined) return
    workbook.activate(next)
    workbook.notifyChanged()
    find('tabs', HTMLDivElement).querySelector<HTMLElement>('[aria-selected=true]')?.focus()
  })
}

function showPane(workbook: Workbook): void {
  const isVisible = workbook.paneState === 'Visible'
  find('pane', HTMLElement).hidden = !isVisible
  find('pane-edge', HTMLDivElement).hidden = !isVisible
  find('open-pane', HTMLButtonElement).setAttribute('aria-pressed', String(isVisible))
}

function connectPaneButtons(workbook: Workbook): void {
  const set = (state: 'Visible' | 'Hidden'): void => {
    workbook.showPane(state)
    workbook.notifyChanged()
  }
  find('open-pane', HTMLButtonElement).addEventListener('click', () => set('Visible'))
  find('close-pane', HTMLButtonElement).addEventListener('click', () => {
    set('Hidden')
    find('open-pane', HTMLButtonElement).focus()
  })
}

function connectRefresh(bridge: OfficeBridge): void {
  const button = find('refresh-all', HTMLButtonElement)
  button.addEventListener('click', () => {
    button.disabled = true
    void bridge.invokeCommand('refreshAll').finally(() => {
      button.disabled = false
    })
  })
}

function showWorkbook(host: ExcelHost): void {
  const { workbook } = host
  const formula = find('formula', HTMLInputElement)
  const status = find('status', HTMLParagraphElement)
  const grid = find('grid', HTMLDivElement)
  const view = new GridView(grid, workbook)
  let message = ''
  const show = (): void => {
    view.refresh()
    showTabs(workbook)
    showPane(workbook)
    find('cell-address', HTMLOutputElement).value = formatCells(workbook.selection)
    if (document.activeElement !== formula) formula.value = editableText(workbook)
    const used = workbook.activeSheet.grid.usedArea(true)
    status.textContent =
      message === '' ? (used === undefined ? 'Empty sheet' : `Data in ${formatCells(used)}`) : message
  }
  const report = (text: string): void => {
    message = text
  }
  let isScheduled = false
  workbook.subscribe(() => {
    // A refresh is hundreds of batches; the page follows once a frame.
    if (isScheduled) return
    isScheduled = true
    requestAnimationFrame(() => {
      isScheduled = false
      show()
    })
  })
  new CellEditing({
    grid,
    formula,
    view,
    workbook,
    report,
    onEdit: (isOpen) => (isOpen ? host.startCellEdit() : host.endCellEdit()),
  }).start()
  view.start()
  show()
}

// `?lang=de-DE&content=fr-FR` shows the add-in as another person has it.
function readPerson(): OfficeBridgeOptions {
  const query = new URLSearchParams(window.location.search)
  return { language: query.get('lang') ?? navigator.language, contentLanguage: query.get('content') ?? 'en-US' }
}

async function start(): Promise<void> {
  const settings: unknown = await (await fetch('/preview/settings.json')).json()
  if (!isSettings(settings)) throw new Error('The preview has no settings.')
  const host = new ExcelHost(new Workbook('Preview.xlsx'))
  const { workbook } = host
  const bridge = new OfficeBridge(host, readPerson())
  find('file-name', HTMLSpanElement).textContent = workbook.name
  showHint(settings.hint)
  showWorkbook(host)
  moveBetweenTabs(workbook)
  connectNewSheet(workbook)
  makePaneResizable(find('pane-edge', HTMLDivElement), find('pane', HTMLElement))
  connectPaneButtons(workbook)
  connectRefresh(bridge)
  window.excelHost = {
    workbook,
    get counters() {
      return host.counters
    },
    person: new Person(workbook),
    signIn: bridge.signIn,
    injectError: (error) => host.injectError(error),
    startCellEdit: (answer) => host.startCellEdit(answer),
    endCellEdit: () => host.endCellEdit(),
    invokeCommand: (functionName) => bridge.invokeCommand(functionName),
  }
  workbook.customFunctions.register(settings.functions.namespace, settings.functions.metadata)
  bridge.start(find('pane', HTMLElement), new URL(settings.addinPath, window.location.origin))
}

await start()
