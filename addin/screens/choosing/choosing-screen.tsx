import { useEffect, useMemo, useState } from 'preact/hooks'
import { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { texts, wording } from '../../language.ts'
import { describeProgress } from '../../messages.ts'
import type { Pane } from '../../pane.ts'
import type { Growth } from '../../table-choice.ts'
import type { LinkedTable, PaneState, Route } from '../../pane-state.ts'
import { describeFreshness } from '../freshness.ts'
import { Button, isActive, NoticeBar, SubHead } from '../parts.tsx'
import { ColumnsSection } from './columns-section.tsx'
import { ConditionsSection } from './conditions-section.tsx'
import { Finish, Where } from './finish.tsx'
import { OrderSection } from './order-section.tsx'
import { RowsSection } from './rows-section.tsx'
import { SampleTable } from './sample-table.tsx'
import './choosing.css'

export interface ChoosingScreenProps {
  readonly pane: Pane
  readonly paneState: PaneState
  readonly route: Extract<Route, { readonly name: 'choosing' }>
  /** The linked table that is to be changed. */
  readonly table: LinkedTable | undefined
  readonly nowMs: number
}

/** Where Excel does not tell of selections, the pane looks so often while the user is in the sheet. */
const lookEveryMs = 2_000

/** A dataset, or a linked table: which columns and rows of it, in which order. */
export function ChoosingScreen(props: ChoosingScreenProps) {
  const { pane, paneState, nowMs } = props
  const { dataset, tableId } = props.route
  // The table as it was when the screen was opened: what happens to it meanwhile must not take away what the user is typing.
  const [table] = useState(props.table)
  const choosing = useMemo(() => new Choosing(pane.choosing, { dataset, table }), [pane, dataset, table])
  const state = useChoosing(choosing)
  const [said, setSaid] = useState('')
  const [isRefused, setRefused] = useState(false)
  const back = (): void => pane.open({ name: 'home' })
  // What an earlier task came to is of no interest here.
  const [hasBegun, setBegun] = useState(false)
  const anyTask = table ? paneState.refreshes.get(table.link.tableId) : paneState.inserts.get(dataset)
  const task = hasBegun || isActive(anyTask) ? anyTask : undefined
  const finish = (growth?: Growth): void => {
    const settings = choosing.take()
    choosing.check()
    setBegun(true)
    setRefused(!settings)
    if (!settings) showFirstMistake()
    else if (table) void pane.chosen.change(table.link.tableId, settings, growth === undefined ? {} : { growth })
    else void pane.chosen.insert(dataset, settings, choosing.state.isOnNewSheet)
  }
  return (
    <section
      class="choosing"
      data-testid="choosing"
      aria-labelledby="sub-title"
      onKeyDown={(event) => leaveByEscape(event, back)}
    >
      <Head state={state} dataset={dataset} table={table} paneState={paneState} nowMs={nowMs} onBack={back} />
      {state.notice && (
        <NoticeBar
          notice={state.notice}
          onAction={() => void (state.stage === 'failed' ? choosing.load() : choosing.look())}
        />
      )}
      {state.stage === 'unpulled' && <Unpulled choosing={choosing} state={state} />}
      {state.stage === 'loading' && <Placeholders />}
      {state.stage === 'ready' && (
        <>
          <Choices {...{ choosing, state, table, nowMs }} part={props.route.part} onSay={setSaid} />
          <Finish
            choosing={choosing}
            state={state}
            table={table}
            task={task}
            isRefused={isRefused && !choosing.settings}
            onFinish={finish}
            pane={pane}
            onDismiss={() => setBegun(false)}
            onCancelTask={() => pane.cancel(table ? 'refreshes' : 'inserts', tableId ?? dataset)}
          />
        </>
      )}
      <p class="screen-reader" role="status">
        {said}
      </p>
    </section>
  )
}

interface ChoicesProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  readonly table: LinkedTable | undefined
  readonly part: ChoosingScreenProps['route']['part']
  readonly nowMs: number
  readonly onSay: (text: string) => void
}

/** All that can be chosen, and what comes of it. */
function Choices({ choosing, state, table, part, nowMs, onSay }: ChoicesProps) {
  return (
    <>
      {state.lost.length > 0 && (
        <NoticeBar notice={{ intent: 'warning', text: texts.choosing.lost(wording.list(state.lost)) }} />
      )}
      <div class="folds">
        <ColumnsSection choosing={choosing} state={state} isChange={table !== undefined} onSay={onSay} />
        <ConditionsSection choosing={choosing} state={state} />
        <OrderSection choosing={choosing} state={state} />
        <RowsSection choosing={choosing} state={state} isWanted={part === 'rows'} />
      </div>
      <SampleTable choosing={choosing} sample={state.sample} nowMs={nowMs} />
      {!table && <Where choosing={choosing} state={state} />}
    </>
  )
}

function useChoosing(choosing: Choosing): ChoosingState {
  const [state, setState] = useState(choosing.state)
  useEffect(() => {
    const show = (): void => setState(choosing.state)
    const end = choosing.subscribe(show)
    show()
    void choosing.start()
    const look = (): void => void choosing.look()
    const timer = setInterval(() => {
      // The selection can only change while the user is in the sheet, not in the pane.
      if (!choosing.hearsSelections && document.visibilityState === 'visible' && !document.hasFocus()) look()
    }, lookEveryMs)
    addEventListener('focus', look)
    addEventListener('pointerover', look, { once: true })
    return () => {
      end()
      clearInterval(timer)
      removeEventListener('focus', look)
      removeEventListener('pointerover', look)
      choosing.stop()
    }
  }, [choosing])
  return state
}

interface HeadProps {
  readonly state: ChoosingState
  readonly dataset: string
  readonly table: LinkedTable | undefined
  readonly paneState: PaneState
  readonly nowMs: number
  readonly onBack: () => void
}

function Head({ state, dataset, table, paneState, nowMs, onBack }: HeadProps) {
  const say = texts.choosing
  // The list knows most of it before the dataset itself is there.
  const known = state.dataset ?? paneState.datasets.items.find(({ name }) => name === dataset)
  const named = known?.title ?? table?.link.title ?? dataset
  return (
    <div class="choosing-head">
      <SubHead title={table ? say.changeTitle(table.name) : named} onBack={onBack} />
      {table && <p>{say.changeOf(named)}</p>}
      {known && known.description !== '' && <p dir="auto">{known.description}</p>}
      <p class="hint">{known ? describeFreshness(known, nowMs) : ' '}</p>
    </div>
  )
}

function Unpulled({ choosing, state }: { choosing: Choosing; state: ChoosingState }) {
  const say = texts.choosing
  return (
    <div class="empty" data-testid="unpulled">
      <p>{say.unpulled}</p>
      {state.pull ? (
        <div class="task-line" role="status">
          <span class="hint">{describeProgress(state.pull)}</span>
          <Button size="small" onClick={() => choosing.cancelPull()}>
            {texts.pane.cancel}
          </Button>
        </div>
      ) : (
        <Button appearance="primary" data-testid="pull-now" onClick={() => void choosing.pullNow()}>
          {say.pullNow}
        </Button>
      )}
    </div>
  )
}

/** As high as what comes in its place. */
function Placeholders() {
  return (
    <div class="folds" role="status">
      <span class="screen-reader">{texts.pane.loading}</span>
      {[1, 2, 3, 4].map((index) => (
        <div key={index} class="fold placeholder" aria-hidden="true" />
      ))}
    </div>
  )
}

/** Escape leaves; from a control it goes to the title first, so that one press too many loses nothing. */
function leaveByEscape(event: KeyboardEvent, leave: () => void): void {
  if (event.key !== 'Escape' || event.defaultPrevented) return
  event.preventDefault()
  const { target } = event
  const isEntry = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
  if (isEntry) document.querySelector<HTMLElement>('#sub-title')?.focus()
  else leave()
}

/** Opens the part of the screen where something is wrong, and goes there. */
function showFirstMistake(): void {
  requestAnimationFrame(() => {
    const wrong = document.querySelector('.choosing [data-wrong=true], .choosing [aria-invalid=true]')
    const fold = wrong?.closest('details')
    if (fold) fold.open = true
    const entry = wrong?.matches('input') ? wrong : (wrong?.querySelector('input') ?? wrong?.querySelector('button'))
    if (entry instanceof HTMLElement) entry.focus()
  })
}
