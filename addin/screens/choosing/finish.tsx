// The bar at the end: how large the table will be, where it goes, what a change does, and the button that does it.
import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { foresee, type Effects } from '../../choosing/change.ts'
import { readTop } from '../../choosing/draft.ts'
import { formatPlace } from '../../choosing/place.ts'
import { examineSize, forbids, type SizeFinding } from '../../choosing/size.ts'
import { texts, wording } from '../../language.ts'
import type { NoticeAction } from '../../notice.ts'
import type { Pane } from '../../pane.ts'
import type { LinkedTable, Task } from '../../pane-state.ts'
import type { Growth } from '../../table-choice.ts'
import { Button, isActive, NoticeBar, TaskProgress } from '../parts.tsx'
import { Held } from '../table-card.tsx'
import { Mistake, Radios } from './fields.tsx'
import { nameDirection } from './order-section.tsx'

interface FinishProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  readonly table: LinkedTable | undefined
  readonly task: Task | undefined
  /** Whether the user wanted to go on while something was wrong. */
  readonly isRefused: boolean
  readonly onFinish: (growth?: Growth) => void
  readonly onCancelTask: () => void
  readonly onDismiss: () => void
  readonly pane: Pane
}

/** What the choice makes, and the button that makes it. */
export function Finish(props: FinishProps) {
  const { choosing, state, table, task } = props
  const say = texts.choosing
  const findings = examine(state, table)
  const effects = foreseeEffects(choosing, state, table)
  const isForbidden = findings.some(forbids)
  const isBusy: boolean = isActive(task)
  const name = table?.name ?? state.dataset?.title ?? ''
  return (
    <footer class="finish" data-testid="finish">
      <p class="size" data-testid="size">
        {describeSize(state)}
      </p>
      <Findings state={state} findings={findings} />
      {effects && <EffectList effects={effects} />}
      {props.isRefused && <Mistake text={say.fixFirst} />}
      {task && <TaskState {...props} task={task} name={name} />}
      <div class="finish-buttons">
        <Button
          appearance="primary"
          data-testid="apply"
          disabled={isBusy || isForbidden || effects?.isSame === true}
          onClick={() => props.onFinish()}
        >
          {table ? say.apply : describePlace(state)}
        </Button>
      </div>
    </footer>
  )
}

/** What goes on, or why it came to nothing. The button below is the way to try again, unless the user has to say how. */
function TaskState({
  pane,
  task,
  name,
  onCancelTask,
  onFinish,
  onDismiss,
}: FinishProps & { task: Task; name: string }) {
  if (task.state === 'held' && task.hold)
    return <Held pane={pane} hold={task.hold} name={name} onCancel={onCancelTask} />
  const { notice } = task
  if (task.state !== 'ended') return <TaskProgress task={task} name={name} onCancel={onCancelTask} />
  if (!notice || notice.intent === 'success') return null
  const { intent, text, action } = notice
  if (action !== 'grow-insert' && action !== 'grow-move') return <NoticeBar notice={{ intent, text }} />
  const act = (chosen: NoticeAction): void => {
    if (chosen === 'grow-insert') onFinish('insert')
    else if (chosen === 'grow-move') onFinish('move')
    else onDismiss()
  }
  return <NoticeBar notice={notice} onAction={act} />
}

/** Where a new table goes. */
export function Where({ choosing, state }: { choosing: Choosing; state: ChoosingState }) {
  const say = texts.choosing
  return (
    <Radios
      label={say.where}
      value={state.isOnNewSheet ? 'sheet' : 'cell'}
      options={[
        { value: 'cell', text: state.place ? say.atCell(formatPlace(state.place)) : say.atUnknownCell },
        { value: 'sheet', text: say.newSheet },
      ]}
      onSelect={(value) => choosing.placeOnNewSheet(value === 'sheet')}
    />
  )
}

function describePlace({ place, isOnNewSheet }: ChoosingState): string {
  const say = texts.choosing
  if (isOnNewSheet) return say.insertOnNewSheet
  return place ? say.insertAt(formatPlace(place)) : say.insert
}

function describeSize({ draft, sample }: ChoosingState): string {
  const say = texts.choosing
  if (sample.found === undefined) return sample.state === 'loading' ? say.sizeUnknown : '—'
  const top = readTop(draft.top)
  const rows = Math.min(sample.found, typeof top === 'number' ? top : sample.found)
  return say.size(texts.pane.rows(rows), countColumns(draft))
}

function countColumns({ columns }: ChoosingState['draft']): number {
  return columns.filter(({ isChosen }) => isChosen).length
}

function examine({ draft, sample, place, isOnNewSheet }: ChoosingState, table: LinkedTable | undefined) {
  if (sample.found === undefined) return []
  const top = readTop(draft.top)
  return examineSize({
    found: sample.found,
    top: typeof top === 'number' ? top : undefined,
    columns: countColumns(draft),
    place: table || isOnNewSheet ? undefined : place,
  })
}

function Findings({ state, findings }: { state: ChoosingState; findings: readonly SizeFinding[] }) {
  return (
    <ul class="findings" aria-live="polite" data-testid="findings">
      {findings.map((finding) => (
        <li key={finding.kind} class={forbids(finding) ? 'finding forbidding' : `finding ${finding.kind}`}>
          {describeFinding(finding, state)}
        </li>
      ))}
    </ul>
  )
}

function describeFinding(finding: SizeFinding, { draft, types }: ChoosingState): string {
  const say = texts.choosing.sizes
  const number = (value: number): string => wording.number(value)
  switch (finding.kind) {
    case 'too-many-rows':
      return say['too-many-rows'](texts.pane.rows(finding.rows), number(finding.most))
    case 'too-low':
      return say['too-low'](texts.pane.rows(finding.rows), number(finding.most), finding.place)
    case 'too-wide':
      return say['too-wide'](number(finding.columns), number(finding.most), finding.from)
    case 'slow':
      return say.slow(texts.pane.rows(finding.rows))
    case 'no-rows':
      return say['no-rows']
    case 'cut': {
      const cut = say.cut(finding.rows, texts.pane.rows(finding.found))
      if (draft.orderBy.length === 0) return say.cutInOrder(cut)
      const orders = draft.orderBy.map(({ column, isDescending }) =>
        texts.choosing.sorted(column, nameDirection(types.get(column), isDescending)),
      )
      return say.cutBy(cut, wording.list(orders))
    }
  }
}

function foreseeEffects(choosing: Choosing, state: ChoosingState, table: LinkedTable | undefined): Effects | undefined {
  const { settings } = choosing
  if (!table || !settings || !state.dataset) return undefined
  return foresee(table.link, settings, state.dataset, state.sample.found)
}

function EffectList({ effects }: { effects: Effects }) {
  const say = texts.choosing
  const { addedColumns, removedColumns, rowsBefore, rowsAfter, isSame } = effects
  if (isSame) return <p class="hint">{say.unchanged}</p>
  return (
    <div class="effects" data-testid="effects">
      <h3>{say.effects}</h3>
      <ul>
        {addedColumns.length > 0 && <li>{say.addsColumns(wording.list(addedColumns))}</li>}
        {removedColumns.length > 0 && <li>{say.removesColumns(wording.list(removedColumns))}</li>}
        {rowsAfter === undefined ? (
          <li>{say.rowsKept}</li>
        ) : (
          <li>{say.rowsChange(texts.pane.rows(rowsBefore), texts.pane.rows(rowsAfter))}</li>
        )}
        <li>{say.ownColumnsStay}</li>
      </ul>
    </div>
  )
}
