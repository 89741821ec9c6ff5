// The page of the task pane, and of the ribbon's buttons: one runtime for both.
import { render } from 'preact'
import { BrokerClient } from '../client/broker-client.ts'
import { browserClock } from './browser-clock.ts'
import { guardKeyboard } from './keyboard.ts'
import { browserNetwork } from './browser-network.ts'
import { createBrowserStorage } from './browser-storage.ts'
import { createExcelWorkbook } from './excel.ts'
import { followTheme } from './fluent.ts'
import { WorksheetFunctions } from './functions/worksheet-functions.ts'
import { isRightToLeft, speak, texts, wording } from './language.ts'
import { findMissingSet, onRibbonButton, readLanguage, showPane, startOffice, startup, watchPane } from './office.ts'
import { officeSignIn } from './office-sign-in.ts'
import { Pane } from './pane.ts'
import { App } from './screens/app.tsx'
import { prepareChoosing } from './screens/choosing/lazy-choosing.tsx'
import { Plain } from './screens/plain.tsx'
import { SignIn } from './sign-in.ts'
import './pane.css'

const stillStartingMs = 15_000

async function start(root: HTMLElement, functions: WorksheetFunctions): Promise<void> {
  const client = createClient()
  // Read while Office starts; the pane then finds the answer there.
  void client.isSignedIn()
  followTheme()
  guardKeyboard()
  render(<Plain text={texts.pane.starting} isBusy />, root)
  const late = setTimeout(() => render(<Plain text={texts.pane.stillStarting} />, root), stillStartingMs)
  const host = await startOffice()
  clearTimeout(late)
  await speakLanguage()
  if (!host.isExcel) {
    render(<Plain text={texts.pane.noExcel} />, root)
    return
  }
  const missing = findMissingSet()
  if (missing !== undefined) {
    functions.refuse(texts.pane.oldExcel(missing))
    render(<Plain text={texts.pane.oldExcel(missing)} />, root)
    return
  }
  // The theme is known only now.
  followTheme()
  const pane = createPane({ client, device: host.device, functions })
  functions.follow(pane)
  const started = pane.start()
  onRibbonButton('refreshAll', async () => {
    await started
    await pane.refreshFromRibbon()
  })
  render(<App pane={pane} />, root)
  await started
  prepareChoosing()
}

function createClient(): BrokerClient {
  const brokerUrl = location.origin
  return new BrokerClient({
    brokerUrl,
    storage: createBrowserStorage(brokerUrl),
    clock: browserClock,
    fetch: (input, init) => fetch(input, init),
  })
}

interface PaneParts {
  readonly client: BrokerClient
  readonly device: string
  readonly functions: WorksheetFunctions
}

function createPane({ client, device, functions }: PaneParts): Pane {
  const workbook = createExcelWorkbook()
  functions.connect({ client, workbook, clock: browserClock })
  const isPaneOpen = watchPane()
  return new Pane({
    ...{ client, workbook, brokerUrl: location.origin, device, startup, showPane },
    clock: browserClock,
    random: () => Math.random(),
    network: browserNetwork,
    // A closed pane is out of sight as well, but then it is Excel that is looked at.
    isOutOfSight: () => document.hidden && isPaneOpen(),
    signIn: new SignIn({ client, host: officeSignIn, device, clock: browserClock }),
    onRefreshed: (dataset, revision) => functions.notice(dataset, revision),
    refreshFigures: (linked) => functions.refresh(linked),
  })
}

/** Words and direction of the language that Office shows. */
async function speakLanguage(): Promise<void> {
  await speak(readLanguage())
  document.documentElement.lang = wording.tag
  document.documentElement.dir = isRightToLeft() ? 'rtl' : 'ltr'
}

const worksheetFunctions = new WorksheetFunctions()
worksheetFunctions.start()
const root = document.getElementById('pane')
if (root) void start(root, worksheetFunctions)
