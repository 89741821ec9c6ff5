// The small parts that the choosing screen is made of: native controls, so that every screen reader and keyboard knows them.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Tick } from '../tick.tsx'

/** A part of the screen that opens and closes; its summary says what is chosen in it. */
export function Fold(props: {
  readonly title: string
  readonly summary: string
  /** Whether the user came for this part: it is open from the start, and has the focus. */
  readonly isWanted?: boolean
  readonly testId: string
  readonly children: ComponentChildren
}) {
  const { isWanted = false } = props
  const summary = useRef<HTMLElement>(null)
  useEffect(() => {
    if (!isWanted) return
    summary.current?.scrollIntoView({ block: 'start' })
    summary.current?.focus({ preventScroll: true })
  }, [isWanted])
  return (
    <details class="fold" open={isWanted} data-testid={props.testId}>
      <summary ref={summary}>
        <Chevron />
        <h3>{props.title}</h3>
        <span class="fold-summary">{props.summary}</span>
      </summary>
      <div class="fold-body">{props.children}</div>
    </details>
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly mistake?: string | undefined
  /** Shows the label to screen readers only. */
  readonly isLabelHidden?: boolean
  readonly children: (aria: FieldAria) => ComponentChildren
}

/** What ties a control to its label, its hint and its mistake. */
export interface FieldAria {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
}

/** A control with its label above, and what is wrong with it below. */
export function Field({ label, hint, mistake, isLabelHidden = false, children }: FieldProps) {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}-hint`, mistake === undefined ? '' : `${id}-mistake`]
  const describedBy = described.join(' ').trim()
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? 'screen-reader' : undefined}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
        'aria-invalid': mistake !== undefined,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {mistake !== undefined && <Mistake id={`${id}-mistake`} text={mistake} />}
    </div>
  )
}

export function Mistake({ id, text }: { readonly id?: string; readonly text: string }) {
  return (
    <p id={id} class="mistake" role="alert">
      {text}
    </p>
  )
}

interface SelectProps<Value extends string> {
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly onSelect: (value: Value) => void
}

export function Select<Value extends string>({ label, isLabelHidden, value, options, onSelect }: SelectProps<Value>) {
  return (
    <Field label={label} isLabelHidden={isLabelHidden ?? false}>
      {(aria) => (
        <select
          {...aria}
          class="control"
          value={value}
          onChange={({ currentTarget }) => {
            const chosen = options[currentTarget.selectedIndex]
            if (chosen) onSelect(chosen.value)
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

interface RadiosProps<Value extends string> {
  readonly label: string
  readonly isLabelHidden?: boolean
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly text: string; readonly hint?: string }[]
  readonly onSelect: (value: Value) => void
}

export function Radios<Value extends string>({ label, isLabelHidden, value, options, onSelect }: RadiosProps<Value>) {
  const id = useId()
  return (
    <fieldset class="radios">
      <legend class={isLabelHidden ? 'screen-reader' : undefined}>{label}</legend>
      {options.map((option) => (
        <Tick
          key={option.value}
          label={option.text}
          isOn={option.value === value}
          hint={option.hint}
          group={id}
          onChange={() => onSelect(option.value)}
        />
      ))}
    </fieldset>
  )
}

type IconButtonProps = Omit<JSX.IntrinsicElements['button'], 'type' | 'class' | 'label'> & {
  readonly label: string
  readonly children: ComponentChildren
}

/** A button of which only the picture shows. */
export function IconButton({ label, children, ...rest }: IconButtonProps) {
  return (
    <button {...rest} type="button" class="icon-button" aria-label={label} title={label}>
      {children}
    </button>
  )
}

/** A button that adds, binds or opens: text, with a picture before it. */
export function TextButton(props: {
  readonly onClick: () => void
  readonly children: ComponentChildren
  readonly testId?: string
  readonly label?: string
}) {
  return (
    <button
      type="button"
      class="text-button"
      data-testid={props.testId}
      aria-label={props.label}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  )
}

function Icon({ path, isFlipped = false }: { readonly path: string; readonly isFlipped?: boolean }) {
  return (
    <svg class={isFlipped ? 'icon flips' : 'icon'} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

export const Chevron = () => <Icon isFlipped path="m8 5 5 5-5 5" />
export const Cross = () => <Icon path="m5 5 10 10M15 5 5 15" />
export const Plus = () => <Icon path="M10 4v12M4 10h12" />
export const Up = () => <Icon path="M10 16V4m-5 5 5-5 5 5" />
export const Down = () => <Icon path="M10 4v12m-5-5 5 5 5-5" />
export const Cell = () => <Icon path="M3 4h14v12H3zM3 8h14M8 4v12" />
export const Grip = () => <Icon path="M7 5v.01M13 5v.01M7 10v.01M13 10v.01M7 15v.01M13 15v.01" />
