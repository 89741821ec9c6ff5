import type { ComponentChildren, JSX } from 'preact'
import { texts } from '../language.ts'
import { describeProgress, type Notice, type NoticeAction } from '../messages.ts'
import type { Task } from '../pane-state.ts'

/** A button. Its role is written out, as not every assistive tool sees the one that the element keeps to itself. */
export function Button(props: JSX.IntrinsicElements['fluent-button']) {
  return <fluent-button role="button" {...props} />
}

/** A notice and the button for the one action that helps. Errors are announced at once, other news when it suits. */
export function NoticeBar({ notice, onAction }: { notice: Notice; onAction?: (action: NoticeAction) => void }) {
  const { intent, text, action } = notice
  return (
    <fluent-message-bar intent={intent} layout="multiline" role={intent === 'error' ? 'alert' : 'status'}>
      {text}
      {action !== undefined && onAction && (
        <Button slot="actions" size="small" onClick={() => onAction(action)}>
          {labelAction(action)}
        </Button>
      )}
    </fluent-message-bar>
  )
}

function labelAction(action: NoticeAction): string {
  if (action === 'retry') return texts.pane.retry
  return action === 'sign-in' ? texts.signIn.signIn : texts.refreshing.forget
}

/** A running task: what it does, how far it is, and a way out. */
export function TaskProgress({ task, name, onCancel }: { task: Task; name: string; onCancel: () => void }) {
  const { progress } = task
  const text = progress ? describeProgress(progress) : texts.refreshing.waitingForTurn
  const isMeasured = progress?.total !== undefined && progress.total > 0
  return (
    <div class="task" data-testid="progress">
      <div class="task-line">
        <span class="hint">{text}</span>
        <Button size="small" appearance="subtle" aria-label={texts.pane.cancelTask(name)} onClick={onCancel}>
          {texts.pane.cancel}
        </Button>
      </div>
      {/* Keyed, because the bar keeps its last width when its value is taken away. */}
      {isMeasured ? (
        <fluent-progress-bar
          key="measured"
          role="progressbar"
          aria-label={text}
          aria-valuenow={progress.done}
          aria-valuemax={progress.total}
          value={progress.done}
          max={progress.total}
        />
      ) : (
        <fluent-progress-bar key="unmeasured" role="progressbar" aria-label={text} />
      )}
    </div>
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

export function Loading({ text }: { text: string }) {
  return (
    <div class="loading" role="status">
      <fluent-spinner size="tiny" aria-hidden="true" />
      <span>{text}</span>
    </div>
  )
}
