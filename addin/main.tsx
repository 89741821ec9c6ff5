// The page of the task pane, and of the ribbon's buttons: one runtime for both.
import { render } from 'preact'
import { BrokerClient } from '../client/broker-client.ts'
import { browserClock } from './browser-clock.ts'
import { createBrowserStorage } from './browser-storage.ts'
import { createExcelWorkbook } from './excel.ts'
import { followTheme } from './fluent.ts'
import { isRightToLeft, speak, texts, wording } from './language.ts'
import { onRibbonButton, readLanguage, showPane, startOffice } from './office.ts'
import { Pane } from './pane.ts'
import { App } from './screens/app.tsx'
import { Plain } from './screens/plain.tsx'
import './pane.css'

const stillStartingMs = 15_000

async function start(root: HTMLElement): Promise<void> {
  followTheme()
  render(<Plain text={texts.pane.starting} isBusy />, root)
  const late = setTimeout(() => render(<Plain text={texts.pane.stillStarting} />, root), stillStartingMs)
  const host = await startOffice()
  clearTimeout(late)
  await speakLanguage()
  if (!host.isExcel) {
    render(<Plain text={texts.pane.noExcel} />, root)
    return
  }
  // The theme is known only now.
  followTheme()
  const brokerUrl = location.origin
  const clock = browserClock
  const client = new BrokerClient({
    brokerUrl,
    storage: createBrowserStorage(brokerUrl),
    clock,
    fetch: (input, init) => fetch(input, init),
  })
  const nowMs = (): number => clock.nowMs()
  const pane = new Pane({
    client,
    workbook: createExcelWorkbook(),
    brokerUrl,
    device: host.device,
    nowMs,
    signInSilently: () => Promise.resolve(false),
  })
  const started = pane.start()
  onRibbonButton('refreshAll', async () => {
    await started
    if (pane.state.screen !== 'ready') await showPane()
    else {
      await pane.loadTables()
      await pane.refreshAll()
    }
  })
  render(<App pane={pane} nowMs={nowMs} />, root)
  await started
}

/** Words and direction of the language that Office shows. */
async function speakLanguage(): Promise<void> {
  await speak(readLanguage())
  document.documentElement.lang = wording.tag
  document.documentElement.dir = isRightToLeft() ? 'rtl' : 'ltr'
}

const root = document.getElementById('pane')
if (root) void start(root)
