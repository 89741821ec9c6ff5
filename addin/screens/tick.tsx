import { useId } from 'preact/hooks'

interface TickProps {
  readonly label: string
  readonly isOn: boolean
  readonly hint?: string | undefined
  readonly onChange: (isOn: boolean) => void
  /** One of several, of which one is chosen: what they have in common. A box of its own when left out. */
  readonly group?: string
}

/** A box to tick, or one of several choices: native, so that every screen reader and keyboard knows it. */
export function Tick({ label, isOn, hint, onChange, group }: TickProps) {
  const id = useId()
  return (
    <div class="tick">
      <input
        type={group === undefined ? 'checkbox' : 'radio'}
        id={id}
        name={group}
        checked={isOn}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  )
}
