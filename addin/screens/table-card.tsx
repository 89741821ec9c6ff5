import { useEffect, useRef, useState } from 'preact/hooks'
import type { DatasetSummary } from '../../broker/http/contract.ts'
import { texts } from '../language.ts'
import { describeAge, describeHold } from '../messages.ts'
import type { NoticeAction } from '../notice.ts'
import type { LinkedTable, Task } from '../pane-state.ts'
import type { Pane } from '../pane.ts'
import type { Hold } from '../refreshing/hold.ts'
import { CardHead } from './card-head.tsx'
import { Menu } from './menu.tsx'
import { Bar, Button, isActive, NoticeBar, TaskProgress } from './parts.tsx'

export interface TableCardProps {
  readonly pane: Pane
  readonly table: LinkedTable
  readonly task: Task | undefined
  /** The table's dataset, as far as the broker has told of it. */
  readonly dataset: DatasetSummary | undefined
  /** When the table was last found to be up to date without a refresh. */
  readonly checkedAtMs: number | undefined
  readonly isOffline: boolean
  readonly isExcelSilent: boolean
  readonly isPointedAt: boolean
  readonly nowMs: number
}

/** One linked table: what it is, how fresh, and what can be done with it. What changes while it is refreshed has its place from the start. */
export function TableCard(props: TableCardProps) {
  const { pane, table, task, isPointedAt } = props
  const { link, name } = table
  const card = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (!isPointedAt) return undefined
    // Not before the pane is to be seen: what is not there takes no focus.
    const frame = requestAnimationFrame(() => {
      card.current?.scrollIntoView({ block: 'nearest' })
      card.current?.focus()
    })
    return () => cancelAnimationFrame(frame)
  }, [isPointedAt])
  const isBusy = isActive(task)
  return (
    <li class="card" ref={card} tabIndex={-1} aria-label={name} data-testid={`table-${name}`}>
      <CardHead pane={pane} tableId={link.tableId} name={name} badges={<Badges {...props} />}>
        <Button
          size="small"
          aria-label={texts.refreshing.refreshTable(name)}
          disabled={isBusy}
          onClick={() => void pane.refresh(link.tableId)}
        >
          {texts.refreshing.refresh}
        </Button>
        <TableMenu pane={pane} table={table} />
      </CardHead>
      <div class="card-text">
        <p>{link.title}</p>
        <p class="hint">{describeFacts(props)}</p>
      </div>
      <Status {...props} />
    </li>
  )
}

function TableMenu({ pane, table: { link, name } }: Pick<TableCardProps, 'pane' | 'table'>) {
  const { tableId, dataset } = link
  return (
    <Menu
      label={texts.refreshing.more(name)}
      items={[
        { label: texts.choosing.change, onChoose: () => pane.open({ name: 'choosing', dataset, tableId }) },
        {
          label: texts.refreshing.rows,
          onChoose: () => pane.open({ name: 'choosing', dataset, tableId, part: 'rows' }),
        },
        {
          label: texts.refreshing.automatic.open,
          onChoose: () => pane.open({ name: 'automatic', tableId }),
        },
        { label: texts.refreshing.repair, onChoose: () => void pane.refresh(tableId, { isRepair: true }) },
        { label: texts.refreshing.unlink, onChoose: () => void pane.unlink(tableId) },
      ]}
    />
  )
}

function Badges({ table: { link, isFiltered }, task, isOffline }: TableCardProps) {
  const { conditions, top } = link.choice
  return (
    <>
      {link.isUnfinished && !isActive(task) && <span class="badge warning">{texts.refreshing.incomplete}</span>}
      {isOffline && <span class="badge">{texts.refreshing.offlineCopy}</span>}
      {(conditions.length > 0 || top !== undefined) && <span class="badge">{texts.refreshing.filtered}</span>}
      {isFiltered && (
        <span class="badge" title={texts.refreshing.filteredInExcelHelp}>
          {texts.refreshing.filteredInExcel}
          <span class="screen-reader">. {texts.refreshing.filteredInExcelHelp}</span>
        </span>
      )}
    </>
  )
}

function describeFacts({ table: { link }, checkedAtMs, nowMs }: TableCardProps): string {
  const rows = texts.pane.rows(link.rows)
  if (checkedAtMs !== undefined && checkedAtMs > Date.parse(link.refreshedAt))
    return texts.refreshing.checked(rows, describeAge(new Date(checkedAtMs).toISOString(), nowMs))
  return texts.refreshing.refreshed(rows, describeAge(link.refreshedAt, nowMs), link.refreshedBy)
}

/** Below the facts: what goes on, what came of it, or how fresh the source is. */
function Status(props: TableCardProps) {
  const { pane, table, task, isExcelSilent, nowMs } = props
  const { link, name } = table
  const notice = task?.notice
  const cancel = (): void => pane.cancel('refreshes', link.tableId)
  if (task?.state === 'held' && task.hold) return <Held pane={pane} hold={task.hold} name={name} onCancel={cancel} />
  if (isActive(task)) {
    return (
      <div class="status">
        <TaskProgress task={task} name={name} onCancel={cancel} />
        {isExcelSilent && task.state === 'running' && (
          <NoticeBar notice={{ intent: 'warning', text: texts.refreshing.excelSilent }} />
        )}
      </div>
    )
  }
  const isLoud = notice?.intent === 'error' || notice?.intent === 'warning'
  const pulledAt = props.dataset?.pulledAt
  const fresh = typeof pulledAt === 'string' ? texts.refreshing.pulledAt(describeAge(pulledAt, nowMs)) : ''
  const quiet = link.isUnfinished ? texts.refreshing.incompleteHelp : fresh
  return (
    <div class="status">
      {/* There from the start, so that a screen reader hears what comes into it. */}
      <p class="hint" role="status">
        {notice && !isLoud ? notice.text : <span role="presentation">{isLoud ? '' : quiet}</span>}
      </p>
      {notice && isLoud && <NoticeBar notice={notice} onAction={(action) => act(pane, table, action)} />}
    </div>
  )
}

function act(pane: Pane, { link }: LinkedTable, action: NoticeAction): void {
  const { tableId, dataset } = link
  const actions: Readonly<Record<NoticeAction, () => void>> = {
    retry: () => void pane.refresh(tableId),
    'sign-in': () => void pane.refresh(tableId),
    forget: () => void pane.forget(tableId),
    unlink: () => void pane.unlink(tableId),
    choose: () => pane.open({ name: 'choosing', dataset, tableId }),
    'grow-insert': () => void pane.refresh(tableId, { growth: 'insert' }),
    'grow-move': () => void pane.refresh(tableId, { growth: 'move' }),
    leave: () => pane.dismiss(tableId),
  }
  actions[action]()
}

interface HeldProps {
  readonly pane: Pane
  readonly hold: Hold
  readonly name: string
  readonly onCancel: () => void
}

const secondMs = 1_000

/** Why a task waits, how long still, and a way out. */
export function Held({ pane, hold, name, onCancel }: HeldProps) {
  const [now, setNow] = useState(pane.nowMs())
  useEffect(() => {
    if (!('untilMs' in hold)) return undefined
    const timer = setInterval(() => setNow(pane.nowMs()), secondMs)
    return () => clearInterval(timer)
  }, [pane, hold])
  return (
    <Bar intent="warning">
      {/* Only the first sentence is announced, not each second. */}
      <span role="status" aria-live="off">
        {describeHold(hold, now)}
      </span>
      <div class="actions">
        <Button size="small" aria-label={texts.pane.cancelTask(name)} onClick={onCancel}>
          {texts.pane.cancel}
        </Button>
      </div>
    </Bar>
  )
}
