import { useEffect, useState } from 'preact/hooks'
import { texts } from '../language.ts'
import { announceProgress } from '../messages.ts'
import type { Pane } from '../pane.ts'
import type { PaneState } from '../pane-state.ts'
import { Automatic } from './automatic.tsx'
import { Datasets } from './datasets.tsx'
import { History } from './history.tsx'
import { OnOpenQuestion } from './on-open-question.tsx'
import { Button, isActive, Loading, NoticeBar } from './parts.tsx'
import { SignIn } from './sign-in.tsx'
import { Tables } from './tables.tsx'

interface AppProps {
  readonly pane: Pane
}

const tickMs = 30_000

/** The whole pane. */
export function App({ pane }: AppProps) {
  const [state, setState] = useState(pane.state)
  const [now, setNow] = useState(pane.nowMs())
  useEffect(() => {
    const show = (): void => setState(pane.state)
    const end = pane.subscribe(show)
    // Effects run after the first paint, and the state may have changed since.
    show()
    return end
  }, [pane])
  useEffect(() => {
    // Ages such as "5 minutes ago" have to grow, and tables come and go in the workbook.
    const timer = setInterval(() => setNow(pane.nowMs()), tickMs)
    const onFocus = (): void => {
      setNow(pane.nowMs())
      if (pane.state.screen === 'ready') void pane.loadTables()
    }
    addEventListener('focus', onFocus)
    return () => {
      clearInterval(timer)
      removeEventListener('focus', onFocus)
    }
  }, [pane])
  return (
    <>
      <Header pane={pane} state={state} />
      <main>
        {state.screen === 'starting' && (
          <>
            <Loading text={texts.pane.starting} />
            {state.isExcelSilent && <NoticeBar notice={{ intent: 'warning', text: texts.refreshing.excelSilent }} />}
          </>
        )}
        {state.screen === 'sign-in' && (
          <SignIn
            state={state}
            onCode={(code) => void pane.signIn(code)}
            onProvider={(issuer) => void pane.signInWith(issuer)}
          />
        )}
        {state.screen === 'ready' && <Screen pane={pane} state={state} nowMs={now} />}
      </main>
      {state.screen === 'ready' && state.route.name === 'home' && state.asksOnOpen && <OnOpenQuestion pane={pane} />}
      <Announcer state={state} />
    </>
  )
}

function Screen({ pane, state, nowMs }: { pane: Pane; state: PaneState; nowMs: number }) {
  const { route } = state
  if (route.name === 'automatic') return <Automatic pane={pane} state={state} tableId={route.tableId} />
  if (route.name === 'history') return <History pane={pane} state={state} nowMs={nowMs} />
  return (
    <>
      {state.asksAgain && <NoticeBar notice={{ intent: 'info', text: texts.signIn.asksAgain }} />}
      <Tables pane={pane} state={state} nowMs={nowMs} />
      <Datasets pane={pane} state={state} nowMs={nowMs} />
    </>
  )
}

function Header({ pane, state }: { pane: Pane; state: PaneState }) {
  return (
    <header>
      <img src="icons/icon.svg" alt="" width="24" height="24" />
      <h1>{texts.pane.product}</h1>
      {state.isOffline && (
        <span class="badge" role="status" data-testid="offline">
          {texts.pane.offline}
        </span>
      )}
      {state.screen === 'ready' && state.user && (
        <div class="user">
          <span class="hint" aria-label={texts.pane.signedInAs(state.user.displayName)} data-testid="user">
            {state.user.displayName}
          </span>
          <Button size="small" appearance="subtle" data-testid="sign-out" onClick={() => void pane.signOut()}>
            {texts.pane.signOut}
          </Button>
        </div>
      )}
    </header>
  )
}

const announceEachPercent = 25

/** Tells a screen reader how far a task is, in quarters rather than at every row. */
function Announcer({ state }: { state: PaneState }) {
  const tasks = [...state.inserts.values(), ...state.refreshes.values()]
  const progress = tasks.find((task) => isActive(task) && task.progress)?.progress
  const percent = progress?.total ? Math.floor((100 * progress.done) / progress.total) : 0
  return (
    <p class="screen-reader" role="status" aria-live="polite">
      {progress && announceProgress(progress, percent - (percent % announceEachPercent))}
    </p>
  )
}
