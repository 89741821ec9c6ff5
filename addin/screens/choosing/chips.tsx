import { useEffect, useId, useState } from 'preact/hooks'
import type { ColumnType } from '../../../broker/http/contract.ts'
import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { checkInput, type ConditionDraft, type DraftMistake } from '../../choosing/conditions.ts'
import { withTexts } from '../../choosing/edits.ts'
import { texts } from '../../language.ts'
import { Cross, Field } from './fields.tsx'
import { TypedInput } from './typed-input.tsx'

interface ChipsProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  readonly condition: ConditionDraft
  readonly type: ColumnType
}

/** So many suggestions are shown at once. */
const mostShown = 8

/** Several values, each with a button that removes it; typed, or picked from those that the column has. */
export function Chips({ choosing, state, condition, type }: ChipsProps) {
  const { id, column, texts: chosen } = condition
  useEffect(() => void choosing.suggest(id, ''), [choosing, id, column])
  const setTexts = (next: readonly string[]): void => choosing.edit((draft) => withTexts(draft, id, next))
  const add = (text: string): void => {
    if (!chosen.includes(text)) setTexts([...chosen, text])
  }
  const known = state.suggestions?.id === id ? state.suggestions.values : []
  return (
    <div class="chips-field">
      {chosen.length > 0 && (
        <ChosenValues values={chosen} onRemove={(text) => setTexts(chosen.filter((each) => each !== text))} />
      )}
      <NewValue type={type} onAdd={add} onType={(typed) => void choosing.suggest(id, typed)} />
      <SuggestedValues values={known.filter((value) => !chosen.includes(value)).slice(0, mostShown)} onPick={add} />
    </div>
  )
}

function ChosenValues({ values, onRemove }: { values: readonly string[]; onRemove: (value: string) => void }) {
  const say = texts.choosing
  return (
    <ul class="chips" aria-label={say.chosenValues}>
      {values.map((value) => (
        <li key={value}>
          <button type="button" class="chip chosen" aria-label={say.removeValue(value)} onClick={() => onRemove(value)}>
            <bdi>{value}</bdi>
            <Cross />
          </button>
        </li>
      ))}
    </ul>
  )
}

interface NewValueProps {
  readonly type: ColumnType
  readonly onAdd: (text: string) => void
  readonly onType: (text: string) => void
}

function NewValue({ type, onAdd, onType }: NewValueProps) {
  const say = texts.choosing
  const [typed, setTyped] = useState('')
  const [mistake, setMistake] = useState<DraftMistake | undefined>(undefined)
  const show = (text: string): void => {
    setTyped(text)
    setMistake(undefined)
    if (type === 'text') onType(text)
  }
  const add = (): void => {
    const wrong = checkInput(typed, type)
    setMistake(wrong)
    if (wrong !== undefined) return
    onAdd(typed)
    show('')
  }
  const wrong = mistake === undefined ? undefined : say.mistakes[mistake]
  return (
    <Field label={say.value} isLabelHidden hint={say.addValueHint} mistake={wrong}>
      {(aria) => (
        <div class="with-button">
          <TypedInput
            aria={aria}
            type={type}
            text={typed}
            onText={show}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.isComposing) return
              event.preventDefault()
              add()
            }}
          />
          <button type="button" class="text-button" onClick={add}>
            {say.addValue}
          </button>
        </div>
      )}
    </Field>
  )
}

function SuggestedValues({ values, onPick }: { values: readonly string[]; onPick: (value: string) => void }) {
  const labelId = useId()
  if (values.length === 0) return null
  return (
    <>
      <p class="hint" id={labelId}>
        {texts.choosing.suggested}
      </p>
      <ul class="chips" aria-labelledby={labelId}>
        {values.map((value) => (
          <li key={value}>
            <button type="button" class="chip" onClick={() => onPick(value)}>
              <bdi>{value}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
