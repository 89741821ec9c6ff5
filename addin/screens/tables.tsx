import { texts } from '../language.ts'
import { describeOutcome } from '../messages.ts'
import type { Pane } from '../pane.ts'
import type { LinkedTable, PaneState } from '../pane-state.ts'
import { sumUp } from '../refreshing/overall.ts'
import { Menu } from './menu.tsx'
import { CopyCard } from './copy-card.tsx'
import { Button, NoticeBar, ProgressBar, Section } from './parts.tsx'
import { TableCard } from './table-card.tsx'

interface TablesProps {
  readonly pane: Pane
  readonly state: PaneState
  readonly nowMs: number
}

/** The workbook's linked tables. */
export function Tables({ pane, state, nowMs }: TablesProps) {
  const { tables, copies, datasets, refreshes, checks, isOffline, isExcelSilent, pointedAt, newest } = state
  const isEmpty = tables.state === 'ready' && tables.items.length === 0
  return (
    <Section id="tables-title" title={texts.refreshing.tables}>
      {tables.items.length > 0 && <Summary pane={pane} state={state} />}
      {tables.notice && <NoticeBar notice={tables.notice} onAction={() => void pane.loadTables()} />}
      {isEmpty && <p class="empty">{texts.refreshing.none}</p>}
      <ul class="cards">
        {[...tables.items].sort(byNewest(newest)).map((table) => (
          <TableCard
            key={table.link.tableId}
            pane={pane}
            table={table}
            task={refreshes.get(table.link.tableId)}
            dataset={datasets.items.find(({ name }) => name === table.link.dataset)}
            checkedAtMs={checks.get(table.link.tableId)}
            isOffline={isOffline}
            isExcelSilent={isExcelSilent}
            isPointedAt={pointedAt === table.link.tableId}
            nowMs={nowMs}
          />
        ))}
        {copies.map((copy) => (
          <CopyCard key={copy.tableId} pane={pane} copy={copy} />
        ))}
      </ul>
    </Section>
  )
}

function Actions({ pane, run }: { pane: Pane; run: PaneState['run'] }) {
  return (
    <div class="actions">
      {run?.isActive ? (
        <Button key="cancel" size="small" data-testid="cancel-all" onClick={() => pane.cancelRefreshes()}>
          {texts.refreshing.cancelAll}
        </Button>
      ) : (
        <Button
          key="refresh"
          appearance="primary"
          size="small"
          data-testid="refresh-all"
          onClick={() => void pane.refreshAll()}
        >
          {texts.refreshing.refreshAll}
        </Button>
      )}
      <Menu
        label={texts.pane.more}
        items={[
          { label: texts.refreshing.automatic.open, onChoose: () => pane.open({ name: 'automatic' }) },
          { label: texts.refreshing.history.title, onChoose: () => pane.open({ name: 'history' }) },
        ]}
      />
    </div>
  )
}

/** One line about all tables: how many, how far their refresh is, how it ended; and what can be done with all of them. */
function Summary({ pane, state: { tables, run, refreshes } }: Pick<TablesProps, 'pane' | 'state'>) {
  const text = describeRun(tables.items.length, run, refreshes)
  return (
    <div class="summary" data-testid="overall">
      <p class="hint" role={run?.isActive ? undefined : 'status'}>
        {text}
      </p>
      <Actions pane={pane} run={run} />
      {run?.isActive && <ProgressBar label={text} done={sumUp(run, refreshes).percent} total={100} />}
    </div>
  )
}

/** The table that the user has just made or changed comes first; the others stay in their order. */
function byNewest(newest: string | undefined) {
  const rank = ({ link }: LinkedTable): number => (link.tableId === newest ? 0 : 1)
  return (one: LinkedTable, other: LinkedTable): number => rank(one) - rank(other)
}

function describeRun(count: number, run: PaneState['run'], refreshes: PaneState['refreshes']): string {
  if (!run) return texts.refreshing.tableCount(count)
  const overall = sumUp(run, refreshes)
  const { ended, total, percent } = overall
  return run.isActive ? texts.refreshing.overall(ended, total, percent) : describeOutcome(overall).text
}
