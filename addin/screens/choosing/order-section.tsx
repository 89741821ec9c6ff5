import type { ColumnType } from '../../../broker/http/contract.ts'
import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { readTop, type OrderDraft } from '../../choosing/draft.ts'
import { withNewOrder, withOrder, withoutOrder } from '../../choosing/edits.ts'
import { texts, wording } from '../../language.ts'
import { Cross, Field, Fold, IconButton, Plus, Select, TextButton } from './fields.tsx'

interface SectionProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
}

/** What the rows are sorted by, and how many of them are wanted. */
export function OrderSection({ choosing, state }: SectionProps) {
  const say = texts.choosing
  const { draft } = state
  const top = readTop(draft.top)
  const parts = [
    ...(draft.orderBy.length > 0 ? [say.by(wording.list(draft.orderBy.map(({ column }) => column)))] : []),
    ...(typeof top === 'number' ? [say.first(top)] : []),
  ]
  return (
    <Fold testId="order" title={say.order} summary={parts.length === 0 ? say.datasetOrder : wording.list(parts)}>
      <ul class="conditions">
        {draft.orderBy.map((order, index) => (
          <OrderLine key={order.id} choosing={choosing} state={state} order={order} isFirst={index === 0} />
        ))}
      </ul>
      {draft.orderBy.length < draft.columns.length && (
        <TextButton testId="add-order" onClick={() => choosing.edit(withNewOrder)}>
          <Plus />
          {say.addOrder}
        </TextButton>
      )}
      <Limit choosing={choosing} text={draft.top} isWrong={top === 'wrong'} />
    </Fold>
  )
}

interface LineProps extends SectionProps {
  readonly order: OrderDraft
  readonly isFirst: boolean
}

function OrderLine({ choosing, state, order: { id, column, isDescending }, isFirst }: LineProps) {
  const say = texts.choosing
  const type = state.types.get(column)
  return (
    <li class="condition">
      <Select
        label={isFirst ? say.sortBy : say.thenBy}
        value={column}
        options={state.draft.columns.map(({ name }) => ({ value: name, text: name }))}
        onSelect={(name) => choosing.edit((former) => withOrder(former, id, { column: name }))}
      />
      <div class="condition-head">
        <Select
          label={say.direction}
          isLabelHidden
          value={isDescending ? 'down' : 'up'}
          options={[
            { value: 'up', text: nameDirection(type, false) },
            { value: 'down', text: nameDirection(type, true) },
          ]}
          onSelect={(value) => choosing.edit((former) => withOrder(former, id, { isDescending: value === 'down' }))}
        />
        <IconButton
          label={say.removeOrder(column)}
          onClick={() => {
            choosing.edit((former) => withoutOrder(former, id))
            document.querySelector<HTMLElement>('[data-testid=order] summary')?.focus()
          }}
        >
          <Cross />
        </IconButton>
      </div>
    </li>
  )
}

function Limit({ choosing, text, isWrong }: { choosing: Choosing; text: string; isWrong: boolean }) {
  const say = texts.choosing
  return (
    <Field label={say.limit} hint={say.limitHint} mistake={isWrong ? say.limitWrong : undefined}>
      {(aria) => (
        <input
          {...aria}
          class="control short"
          inputMode="numeric"
          autocomplete="off"
          value={text}
          onInput={({ currentTarget: { value } }) => choosing.edit((former) => ({ ...former, top: value }))}
        />
      )}
    </Field>
  )
}

/** `A to Z`, `Newest first`: the direction in words that suit the type. */
export function nameDirection(type: ColumnType | undefined, isDescending: boolean): string {
  const words = isDescending ? texts.choosing.descending : texts.choosing.ascending
  if (type === 'date' || type === 'datetime') return words.time
  if (type === 'boolean') return words.boolean
  return type === 'text' || type === undefined ? words.text : words.number
}
