import { useState } from 'preact/hooks'
import { formatCode, isWholeCode } from '../invitation-code.ts'
import { texts, type Notice } from '../messages.ts'
import { NoticeBar } from './parts.tsx'

interface SignInProps {
  readonly isBusy: boolean
  readonly notice: Notice | undefined
  readonly onSignIn: (code: string) => void
}

/** The invitation code, formatted as it is typed or pasted. */
export function SignIn({ isBusy, notice, onSignIn }: SignInProps) {
  const [code, setCode] = useState('')
  const [isIncomplete, setIncomplete] = useState(false)
  const onInput = (event: Event): void => {
    const input = event.currentTarget
    if (!(input instanceof HTMLElement) || !('value' in input)) return
    const formatted = formatCode(String(input.value))
    // Set on the element at once: the state may not have changed when a wrong letter was typed.
    input.value = formatted
    setCode(formatted)
    setIncomplete(false)
  }
  const submit = (event?: Event): void => {
    event?.preventDefault()
    if (isBusy) return
    if (isWholeCode(code)) onSignIn(code)
    else setIncomplete(true)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') submit(event)
  }
  return (
    <form class="sign-in" onSubmit={submit} aria-labelledby="sign-in-title" noValidate>
      <h2 id="sign-in-title">{texts.signInTitle}</h2>
      <p class="hint">{texts.signInHelp}</p>
      <fluent-text-input
        class="code"
        data-testid="invitation"
        name="invitation"
        value={code}
        placeholder="XXXX-XXXX-XXXX-XXXX"
        autocomplete="one-time-code"
        spellcheck={false}
        disabled={isBusy}
        onInput={onInput}
        onKeyDown={onKeyDown}
      >
        {texts.codeLabel}
      </fluent-text-input>
      {isIncomplete && <NoticeBar notice={{ intent: 'warning', text: texts.codeIncomplete }} />}
      {notice && !isIncomplete && <NoticeBar notice={withoutAction(notice)} />}
      <fluent-button
        appearance="primary"
        type="button"
        disabled={isBusy}
        onClick={() => submit()}
        data-testid="sign-in"
      >
        {isBusy ? texts.signingIn : texts.signIn}
      </fluent-button>
    </form>
  )
}

/** The form itself is the action here. */
function withoutAction({ intent, text }: Notice): Notice {
  return { intent, text }
}
