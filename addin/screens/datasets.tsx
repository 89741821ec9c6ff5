import type { DatasetSummary } from '../../broker/http/contract.ts'
import { texts } from '../language.ts'
import { describeAge } from '../messages.ts'
import type { Pane } from '../pane.ts'
import type { PaneState, Task } from '../pane-state.ts'
import { Button, isActive, Loading, NoticeBar, Section, TaskProgress } from './parts.tsx'

interface DatasetsProps {
  readonly pane: Pane
  readonly state: PaneState
  readonly nowMs: number
}

/** What the user may read, each with a button that makes a table of it. */
export function Datasets({ pane, state: { datasets, inserts }, nowMs }: DatasetsProps) {
  const isEmpty = datasets.state === 'ready' && datasets.items.length === 0
  return (
    <Section id="datasets-title" title={texts.choosing.datasets}>
      {datasets.state === 'loading' && datasets.items.length === 0 && <Loading text={texts.pane.loading} />}
      {datasets.notice && <NoticeBar notice={datasets.notice} onAction={() => void pane.loadDatasets()} />}
      {isEmpty && <p class="empty">{texts.choosing.none}</p>}
      <ul class="cards">
        {datasets.items.map((dataset) => (
          <DatasetCard
            key={dataset.name}
            pane={pane}
            dataset={dataset}
            task={inserts.get(dataset.name)}
            nowMs={nowMs}
          />
        ))}
      </ul>
    </Section>
  )
}

interface CardProps {
  readonly pane: Pane
  readonly dataset: DatasetSummary
  readonly task: Task | undefined
  readonly nowMs: number
}

function DatasetCard({ pane, dataset, task, nowMs }: CardProps) {
  const { name, title, description, rows, pulledAt } = dataset
  const facts =
    rows === null || pulledAt === null
      ? texts.choosing.notPulled
      : texts.choosing.pulled(texts.pane.rows(rows), describeAge(pulledAt, nowMs))
  return (
    <li class="card" data-testid={`dataset-${name}`}>
      <div class="card-head">
        <div class="card-text">
          <h3>{title}</h3>
          {description !== '' && <p>{description}</p>}
          <p class="hint">{facts}</p>
        </div>
        <Button
          aria-label={texts.choosing.insertDataset(title)}
          disabled={isActive(task)}
          onClick={() => void pane.insert(name)}
        >
          {texts.choosing.insert}
        </Button>
      </div>
      {isActive(task) && <TaskProgress task={task} name={title} onCancel={() => pane.cancel('inserts', name)} />}
      {task?.notice && <NoticeBar notice={task.notice} onAction={() => void pane.insert(name)} />}
    </li>
  )
}
