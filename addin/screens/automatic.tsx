import { useState } from 'preact/hooks'
import { texts, wording } from '../language.ts'
import type { PaneState } from '../pane-state.ts'
import type { Pane } from '../pane.ts'
import { fewestMinutes, mostMinutes, preferencesOf, toMinutes, type TableInterval } from '../refreshing/preferences.ts'
import { NoticeBar, SubScreen } from './parts.tsx'
import { Tick } from './tick.tsx'

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
      <Tick
        label={say.automatic.onOpen}
        isOn={onOpen}
        hint={say.onOpen.help}
        onChange={(isOn) => void pane.automatic.setOnOpen(isOn)}
      />
      <Tick
        label={say.automatic.every}
        isOn={everyMinutes !== undefined}
        onChange={(isOn) => void pane.automatic.setInterval(isOn ? usualMinutes : undefined)}
      />
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
  const choose = (chosen: TableInterval) => () => void pane.automatic.setTable(tableId, { interval: chosen })
  const isOwn = typeof interval === 'number'
  const asWorkbook = everyMinutes === undefined ? say.asWorkbookNever : say.asWorkbook(wording.number(everyMinutes))
  return (
    <div class="form">
      <fieldset class="radios">
        <legend>{say.whose(name)}</legend>
        <Tick group="interval" label={asWorkbook} isOn={interval === 'as-workbook'} onChange={choose('as-workbook')} />
        <Tick group="interval" label={say.own} isOn={isOwn} onChange={choose(usualMinutes)} />
        {isOwn && <Minutes value={interval} onChange={(minutes) => choose(minutes)()} />}
        <Tick group="interval" label={say.never} isOn={interval === 'never'} onChange={choose('never')} />
      </fieldset>
      <Tick
        label={say.followsCells}
        isOn={followsCells}
        onChange={(isOn) => void pane.automatic.setTable(tableId, { followsCells: isOn })}
      />
    </div>
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
        class="control number"
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
