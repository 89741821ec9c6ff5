import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../language.ts'
import { announceProgress } from '../messages.ts'
import type { Pane } from '../pane.ts'
import type { LinkedTable, PaneState } from '../pane-state.ts'
import { Automatic } from './automatic.tsx'
import { LazyChoosing } from './choosing/lazy-choosing.tsx'
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
  const table = findTable(state)
  const isTableGone = route.name === 'choosing' && route.tableId !== undefined && !table
  useEffect(() => {
    // Nothing is left to choose for a table whose link is gone.
    if (isTableGone) pane.open({ name: 'home' })
  }, [pane, isTableGone])
  return (
    <>
      <Home state={state}>
        {state.asksAgain && <NoticeBar notice={{ intent: 'info', text: texts.signIn.asksAgain }} />}
        <Tables pane={pane} state={state} nowMs={nowMs} />
        <Datasets pane={pane} state={state} nowMs={nowMs} />
      </Home>
      {route.name === 'automatic' && <Automatic pane={pane} state={state} tableId={route.tableId} />}
      {route.name === 'history' && <History pane={pane} state={state} nowMs={nowMs} />}
      {route.name === 'choosing' && !isTableGone && (
        <LazyChoosing
          key={JSON.stringify(route)}
          pane={pane}
          paneState={state}
          route={route}
          table={table}
          nowMs={nowMs}
        />
      )}
    </>
  )
}

/** The lists stay while another screen covers them, so that one comes back to the place, the search and the focus that one left. */
function Home({ state, children }: { state: PaneState; children: ComponentChildren }) {
  const isShown = state.route.name === 'home'
  const wasShown = useRef(isShown)
  const left = useRef<Left | undefined>(undefined)
  // Before the page changes: afterwards the focus is nowhere.
  if (wasShown.current && !isShown)
    left.current = { focus: document.activeElement, scrollY: window.scrollY, newest: state.newest }
  wasShown.current = isShown
  useLayoutEffect(() => {
    if (isShown) returnTo(left.current, state.newest)
    else window.scrollTo(0, 0)
    if (isShown) left.current = undefined
  }, [isShown])
  return (
    <div class="home" hidden={!isShown}>
      {children}
    </div>
  )
}

interface Left {
  readonly focus: Element | null
  readonly scrollY: number
  readonly newest: string | undefined
}

/** Leads to a table that is new or changed; else back to where the user was. */
function returnTo(left: Left | undefined, newest: string | undefined): void {
  if (!left) return
  const arrived = newest === left.newest ? null : document.getElementById(`show-${newest ?? ''}`)
  window.scrollTo(0, arrived ? 0 : left.scrollY)
  const target = arrived ?? (left.focus?.isConnected ? left.focus : null)
  if (target instanceof HTMLElement) target.focus()
}

function findTable({ route, tables }: PaneState): LinkedTable | undefined {
  const tableId = route.name === 'choosing' ? route.tableId : undefined
  return tableId === undefined ? undefined : tables.items.find(({ link }) => link.tableId === tableId)
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
