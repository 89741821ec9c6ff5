import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import type { ConditionDraft } from '../../choosing/conditions.ts'
import { withTexts } from '../../choosing/edits.ts'
import { texts } from '../../language.ts'
import { Chips } from './chips.tsx'
import { Field, Radios } from './fields.tsx'
import { TypedInput } from './typed-input.tsx'

interface ValueProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  readonly condition: ConditionDraft
  readonly isWrong: boolean
}

/** The control that fits the type of the condition's column. */
export function ValueControl({ choosing, state, condition, isWrong }: ValueProps) {
  const { id, column, comparison } = condition
  const type = state.types.get(column) ?? 'text'
  const [text = ''] = condition.texts
  const onText = (value: string): void => choosing.edit((draft) => withTexts(draft, id, [value]))
  if (comparison === 'one-of') return <Chips choosing={choosing} state={state} condition={condition} type={type} />
  if (type === 'boolean') {
    const options = [
      { value: 'true', text: texts.choosing.yes },
      { value: 'false', text: texts.choosing.no },
    ]
    return <Radios label={texts.choosing.value} isLabelHidden value={text} options={options} onSelect={onText} />
  }
  if (type === 'datetime') return <InstantInput text={text} isWrong={isWrong} onText={onText} />
  const hint = type === 'duration' ? texts.choosing.durationHint : undefined
  const values = state.suggestions?.id === id && comparison === 'equals' ? state.suggestions.values : []
  return (
    <Field label={texts.choosing.value} isLabelHidden hint={hint}>
      {(aria) => (
        <>
          <TypedInput
            aria={{ ...aria, 'aria-invalid': isWrong }}
            type={type}
            text={text}
            list={values.length > 0 ? `${aria.id}-values` : undefined}
            onFocus={() => {
              if (type === 'text' && comparison === 'equals') void choosing.suggest(id, '')
            }}
            onText={(value) => {
              onText(value)
              if (type === 'text' && comparison === 'equals') void choosing.suggest(id, value)
            }}
          />
          {values.length > 0 && (
            <datalist id={`${aria.id}-values`}>
              {values.map((value) => (
                <option key={value} value={value} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  )
}

/** A day, which means all of it, and a time of day for those who need one. */
function InstantInput(props: {
  readonly text: string
  readonly isWrong: boolean
  readonly onText: (text: string) => void
}) {
  const say = texts.choosing
  const [day = '', time = ''] = props.text.replace(/(?:\.0+)?Z$/, '').split('T')
  const join = (newDay: string, newTime: string): void =>
    props.onText(newTime === '' || newDay === '' ? newDay : `${newDay}T${newTime}`)
  return (
    <div class="instant">
      <Field label={say.day}>
        {(aria) => (
          <TypedInput
            aria={{ ...aria, 'aria-invalid': props.isWrong }}
            type="date"
            text={day}
            onText={(value) => join(value, time)}
          />
        )}
      </Field>
      <Field label={say.timeOfDay}>
        {(aria) => <TypedInput aria={aria} type="time" text={time} onText={(value) => join(day, value)} />}
      </Field>
    </div>
  )
}
