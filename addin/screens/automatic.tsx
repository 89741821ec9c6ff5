import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { texts, wording } from '../language.ts'
import type { PaneState } from '../pane-state.ts'
import type { Pane } from '../pane.ts'
import { fewestMinutes, mostMinutes, preferencesOf, toMinutes, type TableInterval } from '../refreshing/preferences.ts'
import { NoticeBar, SubScreen } from './parts.tsx'

interface AutomaticProps {
  readonly pane: Pane
  readonly state: PaneState
  /** The table that this is about; all of the workbook when left out. */
  readonly tableId: string | undefined
}

const usualMinutes = 60

/** When tables are refreshed without being asked. */
export function Automatic({ pane, state, tableId }: AutomaticProps) {
  const table = state.tables.items.find(({ link }) => link.tableId === tableId)
  return (
    <SubScreen title={texts.refreshing.automatic.title} onBack={() => pane.open({ name: 'home' })}>
      {state.tables.notice && <NoticeBar notice={state.tables.notice} />}
      {table ? (
        <TableForm pane={pane} state={state} tableId={table.link.tableId} name={table.name} />
      ) : (
        <WorkbookForm pane={pane} state={state} />
      )}
    </SubScreen>
  )
}

function WorkbookForm({ pane, state: { preferences } }: Pick<AutomaticProps, 'pane' | 'state'>) {
  const say = texts.refreshing
  const { everyMinutes, onOpen = false } = preferences
  return (
    <div class="form">
      <Tick isOn={onOpen} onChange={(isOn) => void pane.automatic.setOnOpen(isOn)} help={say.onOpen.help}>
        {say.automatic.onOpen}
      </Tick>
      <Tick
        isOn={everyMinutes !== undefined}
        onChange={(isOn) => void pane.automatic.setInterval(isOn ? usualMinutes : undefined)}
      >
        {say.automatic.every}
      </Tick>
      {everyMinutes !== undefined && (
        <Minutes value={everyMinutes} onChange={(minutes) => void pane.automatic.setInterval(minutes)} />
      )}
    </div>
  )
}

function TableForm({
  pane,
  state,
  tableId,
  name,
}: Omit<AutomaticProps, 'tableId'> & { tableId: string; name: string }) {
  const say = texts.refreshing.automatic
  const { everyMinutes } = state.preferences
  const { interval, followsCells } = preferencesOf(state.preferences, tableId)
  const choose = (chosen: TableInterval): void => void pane.automatic.setTable(tableId, { interval: chosen })
  const isOwn = typeof interval === 'number'
  const asWorkbook = everyMinutes === undefined ? say.asWorkbookNever : say.asWorkbook(wording.number(everyMinutes))
  return (
    <div class="form">
      <fieldset>
        <legend>{say.whose(name)}</legend>
        <Choice isOn={interval === 'as-workbook'} onChoose={() => choose('as-workbook')}>
          {asWorkbook}
        </Choice>
        <Choice isOn={isOwn} onChoose={() => choose(usualMinutes)}>
          {say.own}
        </Choice>
        {isOwn && <Minutes value={interval} onChange={choose} />}
        <Choice isOn={interval === 'never'} onChoose={() => choose('never')}>
          {say.never}
        </Choice>
      </fieldset>
      <Tick isOn={followsCells} onChange={(isOn) => void pane.automatic.setTable(tableId, { followsCells: isOn })}>
        {say.followsCells}
      </Tick>
    </div>
  )
}

interface TickProps {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly help?: string
  readonly children: ComponentChildren
}

function Tick({ isOn, onChange, help, children }: TickProps) {
  return (
    <div>
      <label class="tick">
        <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
        <span>{children}</span>
      </label>
      {help !== undefined && <p class="hint tick-help">{help}</p>}
    </div>
  )
}

function Choice(props: { isOn: boolean; onChoose: () => void; children: ComponentChildren }) {
  return (
    <label class="tick">
      <input type="radio" name="interval" checked={props.isOn} onChange={props.onChoose} />
      <span>{props.children}</span>
    </label>
  )
}

/** A number of minutes, taken when it is typed to the end. */
function Minutes({ value, onChange }: { value: number; onChange: (minutes: number) => void }) {
  const [text, setText] = useState(String(value))
  const take = (): void => {
    const minutes = Number(text)
    const taken = text.trim() === '' || !Number.isFinite(minutes) ? value : toMinutes(minutes)
    setText(String(taken))
    if (taken !== value) onChange(taken)
  }
  return (
    <div class="minutes">
      <label for="minutes">{texts.refreshing.automatic.minutes}</label>
      <input
        id="minutes"
        class="number"
        type="number"
        min={fewestMinutes}
        max={mostMinutes}
        step={5}
        value={text}
        aria-describedby="minutes-help"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onChange={take}
      />
      <p id="minutes-help" class="hint">
        {texts.refreshing.automatic.limits(wording.number(fewestMinutes), wording.number(mostMinutes))}
      </p>
    </div>
  )
}
