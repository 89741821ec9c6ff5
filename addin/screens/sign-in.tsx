import { useState } from 'preact/hooks'
import { formatCode, isWholeCode } from '../invitation-code.ts'
import { texts } from '../language.ts'
import type { Notice } from '../notice.ts'
import { Button, NoticeBar } from './parts.tsx'

interface SignInProps {
  readonly isBusy: boolean
  readonly notice: Notice | undefined
  readonly onSignIn: (code: string) => void
}

/** The invitation code, formatted as it is typed or pasted. */
export function SignIn({ isBusy, notice, onSignIn }: SignInProps) {
  const [code, setCode] = useState('')
  const [isIncomplete, setIncomplete] = useState(false)
  const onInput = ({ currentTarget: input }: { readonly currentTarget: HTMLInputElement }): void => {
    const caret = formatCode(input.value.slice(0, input.selectionStart ?? undefined)).length
    const formatted = formatCode(input.value)
    // Set on the element at once: the state does not change when a wrong letter was typed.
    input.value = formatted
    input.setSelectionRange(caret, caret)
    setCode(formatted)
    setIncomplete(false)
  }
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    if (isBusy) return
    if (isWholeCode(code)) onSignIn(code)
    else setIncomplete(true)
  }
  const shown = isIncomplete ? incompleteNotice() : notice && withoutAction(notice)
  return (
    <form class="sign-in" onSubmit={onSubmit} aria-labelledby="sign-in-title" noValidate>
      <h2 id="sign-in-title">{texts.signIn.title}</h2>
      <p id="sign-in-help" class="hint">
        {texts.signIn.help}
      </p>
      <label for="invitation">{texts.signIn.codeLabel}</label>
      {/* A plain input: its label, its help and its state reach every screen reader. */}
      <input
        id="invitation"
        class="code"
        data-testid="invitation"
        value={code}
        placeholder="XXXX-XXXX-XXXX-XXXX"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck={false}
        disabled={isBusy}
        aria-invalid={shown !== undefined}
        aria-describedby="sign-in-help sign-in-notice"
        onInput={onInput}
      />
      <div id="sign-in-notice">{shown && <NoticeBar notice={shown} />}</div>
      <Button appearance="primary" type="submit" disabled={isBusy} data-testid="sign-in">
        {isBusy ? texts.signIn.signingIn : texts.signIn.signIn}
      </Button>
    </form>
  )
}

function incompleteNotice(): Notice {
  return { intent: 'warning', text: texts.signIn.codeIncomplete }
}

/** The form itself is the action here. */
function withoutAction({ intent, text }: Notice): Notice {
  return { intent, text }
}
