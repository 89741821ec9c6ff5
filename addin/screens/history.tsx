import { texts, wording } from '../language.ts'
import { describeAge, describeRows, type Failure } from '../messages.ts'
import type { PaneState } from '../pane-state.ts'
import type { Pane } from '../pane.ts'
import { isIdle, type HistoryEntry } from '../refreshing/history.ts'
import { SubScreen } from './parts.tsx'

interface HistoryProps {
  readonly pane: Pane
  readonly state: PaneState
  readonly nowMs: number
}

/** The last refreshes of this workbook, the newest first. */
export function History({ pane, state: { history }, nowMs }: HistoryProps) {
  return (
    <SubScreen title={texts.refreshing.history.title} onBack={() => pane.open({ name: 'home' })}>
      {history.length === 0 && <p class="empty">{texts.refreshing.history.empty}</p>}
      <ol class="history">
        {history.map((entry) => (
          <Entry key={`${entry.at} ${entry.tableId}`} entry={entry} nowMs={nowMs} />
        ))}
      </ol>
    </SubScreen>
  )
}

function Entry({ entry, nowMs }: { readonly entry: HistoryEntry; readonly nowMs: number }) {
  const { at, table, person, trigger, outcome, durationMs } = entry
  const say = texts.refreshing.history
  const exact = wording.instant(Date.parse(at))
  return (
    <li class={`entry ${outcome}`}>
      <div class="entry-head">
        <h3>{table}</h3>
        <time class="hint" dateTime={at} title={exact}>
          {describeAge(at, nowMs)}
        </time>
      </div>
      <p>{describeEntry(entry)}</p>
      <p class="hint">
        {person === '' ? say.triggers[trigger] : say.by(say.triggers[trigger], person)}
        {durationMs > 0 && ` · ${say.lasted(wording.number(Math.round(durationMs / 100) / 10))}`}
      </p>
    </li>
  )
}

function describeEntry(entry: HistoryEntry): string {
  const say = texts.refreshing.history
  if (entry.outcome === 'cancelled') return say.cancelled
  if (entry.outcome === 'done') return isIdle(entry) ? say.none : describeRows(entry)
  return isFailure(entry.failure) ? say.failures[entry.failure] : say.failures.unexpected
}

function isFailure(text: string): text is Failure {
  return Object.hasOwn(texts.refreshing.history.failures, text)
}
