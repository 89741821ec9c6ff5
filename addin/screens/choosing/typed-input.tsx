import type { ColumnType } from '../../../broker/http/contract.ts'
import type { FieldAria } from './fields.tsx'

interface TypedInputProps {
  readonly aria: FieldAria
  readonly type: ColumnType
  readonly text: string
  readonly list?: string | undefined
  readonly onText: (text: string) => void
  readonly onFocus?: () => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
}

/** The browser's own control for a type. */
export function TypedInput({ aria, type, text, list, onText, onFocus, onKeyDown }: TypedInputProps) {
  return (
    <input
      {...aria}
      {...inputs[type]}
      class="control"
      dir={type === 'text' ? 'auto' : undefined}
      autocomplete="off"
      list={list}
      value={text}
      onInput={({ currentTarget }) => {
        // A number or date that is half typed reads as empty, and must not be written back over what is being typed.
        if (!currentTarget.validity.badInput) onText(currentTarget.value)
      }}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    />
  )
}

const inputs = {
  text: { type: 'text' },
  integer: { type: 'number', step: 'any' },
  decimal: { type: 'number', step: 'any' },
  boolean: { type: 'text' },
  date: { type: 'date' },
  datetime: { type: 'date' },
  time: { type: 'time', step: '1' },
  duration: { type: 'text' },
} as const satisfies Readonly<Record<ColumnType, unknown>>
