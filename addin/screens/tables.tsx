import { texts } from '../language.ts'
import { describeAge, type NoticeAction } from '../messages.ts'
import type { Pane } from '../pane.ts'
import type { LinkedTable, PaneState, Task } from '../pane-state.ts'
import { Menu } from './menu.tsx'
import { Button, isActive, Loading, NoticeBar, Section, TaskProgress } from './parts.tsx'

interface TablesProps {
  readonly pane: Pane
  readonly state: PaneState
  readonly nowMs: number
}

/** The workbook's linked tables. */
export function Tables({ pane, state: { tables, refreshes }, nowMs }: TablesProps) {
  const isEmpty = tables.state === 'ready' && tables.items.length === 0
  const isRefreshing = [...refreshes.values()].some(isActive)
  const all = (
    <Button
      appearance="primary"
      size="small"
      data-testid="refresh-all"
      disabled={isRefreshing}
      onClick={() => void pane.refreshAll()}
    >
      {texts.refreshing.refreshAll}
    </Button>
  )
  return (
    <Section id="tables-title" title={texts.refreshing.tables} action={tables.items.length > 0 && all}>
      {tables.state === 'loading' && <Loading text={texts.pane.loading} />}
      {tables.notice && <NoticeBar notice={tables.notice} onAction={() => void pane.loadTables()} />}
      {isEmpty && <p class="empty">{texts.refreshing.none}</p>}
      <ul class="cards">
        {tables.items.map((table) => (
          <TableCard
            key={table.link.tableId}
            pane={pane}
            table={table}
            task={refreshes.get(table.link.tableId)}
            nowMs={nowMs}
          />
        ))}
      </ul>
    </Section>
  )
}

interface CardProps {
  readonly pane: Pane
  readonly table: LinkedTable
  readonly task: Task | undefined
  readonly nowMs: number
}

function TableCard({ pane, table: { link, name }, task, nowMs }: CardProps) {
  const { tableId } = link
  const act = (action: NoticeAction): void => void (action === 'forget' ? pane.forget(tableId) : pane.refresh(tableId))
  const isWhole = !link.isUnfinished || isActive(task)
  return (
    <li class="card" data-testid={`table-${name}`}>
      <div class="card-head">
        <div class="card-text">
          <h3>
            <button
              class="plain"
              type="button"
              title={texts.refreshing.show(name)}
              onClick={() => void pane.show(tableId)}
            >
              {name}
            </button>
            {!isWhole && <span class="badge">{texts.refreshing.incomplete}</span>}
          </h3>
          <p>{link.title}</p>
          <p class="hint">
            {texts.refreshing.refreshed(
              texts.pane.rows(link.rows),
              describeAge(link.refreshedAt, nowMs),
              link.refreshedBy,
            )}
          </p>
        </div>
        <Button
          aria-label={texts.refreshing.refreshTable(name)}
          disabled={isActive(task)}
          onClick={() => void pane.refresh(tableId)}
        >
          {texts.refreshing.refresh}
        </Button>
        <Menu
          label={texts.refreshing.more(name)}
          items={[{ label: texts.refreshing.forget, onChoose: () => void pane.forget(tableId) }]}
        />
      </div>
      {!isWhole && <p class="hint">{texts.refreshing.incompleteHelp}</p>}
      {isActive(task) && <TaskProgress task={task} name={name} onCancel={() => pane.cancel('refreshes', tableId)} />}
      {task?.notice && <NoticeBar notice={task.notice} onAction={act} />}
    </li>
  )
}
