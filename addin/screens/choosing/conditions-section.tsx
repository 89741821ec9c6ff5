import type { ColumnType } from '../../../broker/http/contract.ts'
import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { comparisonsOf, needsValue, type ConditionDraft } from '../../choosing/conditions.ts'
import {
  withCell,
  withComparison,
  withConditionColumn,
  withNewCondition,
  withoutCondition,
} from '../../choosing/edits.ts'
import { texts, wording } from '../../language.ts'
import type { Comparison } from '../../table-choice.ts'
import type { CellReading } from '../../workbook.ts'
import { Cell, Cross, Fold, IconButton, Mistake, Plus, Select, TextButton } from './fields.tsx'
import { ValueControl } from './value-control.tsx'

interface SectionProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
}

/** The filter: conditions that must all be true. */
export function ConditionsSection({ choosing, state }: SectionProps) {
  const say = texts.choosing
  const { conditions } = state.draft
  const open = state.mistakes.size
  return (
    <Fold
      testId="filter"
      title={say.filter}
      summary={conditions.length === 0 ? say.noConditions : say.conditions(conditions.length)}
    >
      <p class="hint">{say.allMustHold}</p>
      <ul class="conditions">
        {conditions.map((condition) => (
          <li key={condition.id}>
            <ConditionLine choosing={choosing} state={state} condition={condition} />
          </li>
        ))}
      </ul>
      <TextButton
        testId="add-condition"
        onClick={() => {
          choosing.edit((draft) => withNewCondition(draft, choosing.state.types))
          focusSoon('.conditions > li:last-child select')
        }}
      >
        <Plus />
        {say.addCondition}
      </TextButton>
      {open > 0 && <p class="hint">{say.incomplete(open)}</p>}
    </Fold>
  )
}

function ConditionLine({ choosing, state, condition }: SectionProps & { readonly condition: ConditionDraft }) {
  const say = texts.choosing
  const { id, column, comparison, cell } = condition
  const type = state.types.get(column) ?? 'text'
  const mistake = state.mistakes.get(id)
  const isShown = mistake !== undefined && (state.isChecked || mistake !== 'value-missing')
  const refusal = state.refusals.get(id)?.text
  const wrong = isShown ? say.mistakes[mistake] : refusal
  return (
    <div class="condition" role="group" aria-label={say.conditionOn(column)} data-wrong={wrong !== undefined}>
      <div class="condition-head">
        <Select
          label={say.column}
          isLabelHidden
          value={column}
          options={state.draft.columns.map(({ name }) => ({ value: name, text: name }))}
          onSelect={(name) =>
            choosing.edit((draft) => withConditionColumn(draft, id, { column: name, types: state.types }))
          }
        />
        <IconButton
          label={say.removeCondition(column)}
          onClick={() => {
            choosing.edit((draft) => withoutCondition(draft, id))
            focusSoon('[data-testid=add-condition]')
          }}
        >
          <Cross />
        </IconButton>
      </div>
      <Select
        label={say.comparison}
        isLabelHidden
        value={comparison}
        options={comparisonsOf(type).map((value) => ({ value, text: nameComparison(value, type) }))}
        onSelect={(value) => choosing.edit((draft) => withComparison(draft, id, value))}
      />
      {needsValue(comparison) &&
        (cell === undefined ? (
          <>
            <ValueControl choosing={choosing} state={state} condition={condition} isWrong={wrong !== undefined} />
            <TextButton testId="use-cell" onClick={() => void choosing.followCell(id)}>
              <Cell />
              {say.useCell}
            </TextButton>
          </>
        ) : (
          <Followed choosing={choosing} id={id} reading={state.cells.get(cell)} />
        ))}
      {wrong !== undefined && <Mistake text={wrong} />}
    </div>
  )
}

/** The cell that a condition follows, what it holds, and the ways to another. */
function Followed({ choosing, id, reading }: { choosing: Choosing; id: number; reading: CellReading | undefined }) {
  const say = texts.choosing
  return (
    <div class="followed" data-testid="followed">
      <p>
        <Cell />
        <span>
          {reading === undefined ? say.cellGone : <strong>{say.follows(reading.address)}</strong>}
          {reading !== undefined && <span class="hint">{describeReading(reading)}</span>}
        </span>
      </p>
      <div class="row-actions">
        <TextButton onClick={() => void choosing.followCell(id)}>{say.useOtherCell}</TextButton>
        <TextButton
          onClick={() => {
            choosing.edit((draft) => withCell(draft, id, undefined))
            focusSoon('.condition:focus-within input', '.conditions > li:last-child input')
          }}
        >
          {say.useValue}
        </TextButton>
      </div>
    </div>
  )
}

function describeReading({ value, isError }: CellReading): string {
  const say = texts.choosing
  if (value === '') return say.cellEmpty
  const text = typeof value === 'number' && !isError ? wording.number(value) : String(value)
  return say.cellHolds(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

/** A comparison in words that suit the type: a date is "after", a number "more than". */
function nameComparison(comparison: Comparison, type: ColumnType): string {
  const say = texts.choosing
  const ofTimes: Readonly<Partial<Record<Comparison, string>>> = say.timeComparisons
  const isTime = type === 'date' || type === 'datetime'
  return (isTime ? ofTimes[comparison] : undefined) ?? say.comparisons[comparison]
}

/** Focuses the first of these once the page shows the change that is under way. */
function focusSoon(...selectors: readonly string[]): void {
  requestAnimationFrame(() => {
    const found = selectors
      .map((selector) => document.querySelector<HTMLElement>(selector))
      .find((each) => each !== null)
    found?.focus()
  })
}
