import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../language.ts'
import { describeProgress } from '../messages.ts'
import type { Notice, NoticeAction } from '../notice.ts'
import type { Task } from '../pane-state.ts'

/** A button. Its role is written out, as not every assistive tool sees the one that the element keeps to itself. */
export function Button(props: JSX.IntrinsicElements['fluent-button']) {
  const { disabled, size, ...others } = props
  // It keeps the keyboard's focus: a button that is pressed is often one that then cannot be pressed again.
  return (
    <fluent-button
      role="button"
      {...others}
      // The element shows its size a frame late; the class is there at once, so that nothing moves.
      class={size === 'small' ? 'small' : undefined}
      size={size}
      disabled-focusable={disabled || undefined}
      aria-disabled={disabled || undefined}
    />
  )
}

/** A notice and the button for the one action that helps. Errors are announced at once, other news when it suits. */
export function NoticeBar({ notice, onAction }: { notice: Notice; onAction?: (action: NoticeAction) => void }) {
  const { intent, text, action, otherActions = [] } = notice
  const actions = action === undefined ? [] : [action, ...otherActions]
  return (
    <Bar intent={intent} role={intent === 'error' ? 'alert' : 'status'}>
      {text}
      {onAction && actions.length > 0 && (
        <div class="actions">
          {actions.map((each) => (
            <Button key={each} size="small" onClick={() => onAction(each)}>
              {labelAction(each)}
            </Button>
          ))}
        </div>
      )}
    </Bar>
  )
}

interface BarProps extends Pick<Notice, 'intent'> {
  readonly role?: 'alert' | 'status'
  readonly children: ComponentChildren
}

/** A coloured bar with an icon. Actions belong to its content: the element's own place for them does not wrap, and cuts them off. */
export function Bar({ intent, role, children }: BarProps) {
  return (
    <fluent-message-bar intent={intent} layout="multiline" role={role}>
      <Icon intent={intent} />
      {children}
    </fluent-message-bar>
  )
}

const iconPaths: Readonly<Record<Notice['intent'], string>> = {
  success: 'm6.5 10.2 2.4 2.4 4.8-5',
  info: 'M10 9v4.5M10 6.4v.2',
  warning: 'M10 6v5M10 13.4v.2',
  error: 'm7.2 7.2 5.6 5.6M12.8 7.2l-5.6 5.6',
}

/** Colour alone must not tell a warning from good news. */
function Icon({ intent }: Pick<Notice, 'intent'>) {
  return (
    <svg class={`intent ${intent}`} slot="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <circle cx="10" cy="10" r="7.25" />
      <path d={iconPaths[intent]} />
    </svg>
  )
}

function labelAction(action: NoticeAction): string {
  const labels: Readonly<Record<NoticeAction, string>> = {
    retry: texts.pane.retry,
    'sign-in': texts.signIn.signIn,
    forget: texts.refreshing.forget,
    unlink: texts.refreshing.unlink,
    choose: texts.refreshing.change,
    'grow-insert': texts.refreshing.growth.insert,
    'grow-move': texts.refreshing.growth.move,
    leave: texts.refreshing.growth.stop,
  }
  return labels[action]
}

/** A running task: what it does, how far it is, and a way out. */
export function TaskProgress({ task, name, onCancel }: { task: Task; name: string; onCancel: () => void }) {
  const { progress } = task
  const text = progress ? describeProgress(progress) : texts.refreshing.waitingForTurn
  return (
    <div class="task" data-testid="progress">
      <div class="task-line">
        <span class="hint">{text}</span>
        <Button size="small" appearance="subtle" aria-label={texts.pane.cancelTask(name)} onClick={onCancel}>
          {texts.pane.cancel}
        </Button>
      </div>
      <ProgressBar label={text} done={progress?.done} total={progress?.total} />
    </div>
  )
}

/** How far something is; moving on its own where nobody can know. */
export function ProgressBar({
  label,
  done = 0,
  total,
}: {
  label: string
  done?: number | undefined
  total?: number | undefined
}) {
  // Keyed, because the bar keeps its last width when its value is taken away.
  return total !== undefined && total > 0 ? (
    <fluent-progress-bar
      key="measured"
      role="progressbar"
      aria-label={label}
      aria-valuenow={done}
      aria-valuemax={total}
      value={done}
      max={total}
    />
  ) : (
    <fluent-progress-bar key="unmeasured" role="progressbar" aria-label={label} />
  )
}

export function isActive(task: Task | undefined): task is Task {
  return task !== undefined && task.state !== 'ended'
}

export function Section(props: { id: string; title: string; action?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section aria-labelledby={props.id}>
      <div class="section-head">
        <h2 id={props.id}>{props.title}</h2>
        {props.action}
      </div>
      {props.children}
    </section>
  )
}

interface SubScreenProps {
  readonly title: string
  readonly onBack: () => void
  readonly children: ComponentChildren
}

/** A part of the pane that is opened from the lists and leads back to them; the keyboard's focus comes along. */
export function SubScreen({ title, onBack, children }: SubScreenProps) {
  return (
    <section
      class="sub-screen"
      aria-labelledby="sub-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        // Office takes an Escape that it sees for the wish to leave the pane.
        event.preventDefault()
        event.stopPropagation()
        onBack()
      }}
    >
      <SubHead title={title} onBack={onBack} />
      {children}
    </section>
  )
}

/** The way back, and the title, which gets the focus. */
export function SubHead({ title, onBack }: Omit<SubScreenProps, 'children'>) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div class="sub-head">
      <button class="icon-button" type="button" aria-label={texts.pane.back} onClick={onBack}>
        <svg class="arrow" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M9 4 3 10l6 6M3.5 10H17" fill="none" stroke="currentColor" stroke-width="1.5" />
        </svg>
      </button>
      <h2 id="sub-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
    </div>
  )
}

export function Loading({ text }: { text: string }) {
  return (
    <div class="loading" role="status">
      <fluent-spinner size="tiny" aria-hidden="true" />
      <span>{text}</span>
    </div>
  )
}
