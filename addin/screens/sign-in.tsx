import { useEffect, useRef, useState } from 'preact/hooks'
import { formatCode, isWholeCode } from '../invitation-code.ts'
import { texts } from '../language.ts'
import type { Notice } from '../notice.ts'
import type { PaneState } from '../pane-state.ts'
import { Button, NoticeBar } from './parts.tsx'

interface SignInProps {
  readonly state: Pick<PaneState, 'providers' | 'isLinking' | 'isSigningIn' | 'signInNotice'>
  readonly onCode: (code: string) => void
  readonly onProvider: (issuer: string) => void
}

/** The identity providers, the best one first, and beneath them the invitation code. */
export function SignIn({ state, onCode, onProvider }: SignInProps) {
  const { providers, isLinking, isSigningIn, signInNotice } = state
  const hasButtons = providers.length > 0 && !isLinking
  return (
    <div class="sign-in">
      <h2 id="sign-in-title">{texts.signIn.title}</h2>
      {hasButtons && (
        <>
          {providers.map(({ issuer, label }, index) => (
            <Button
              key={issuer}
              appearance={index === 0 ? 'primary' : 'outline'}
              disabled={isSigningIn}
              data-testid={`sign-in-${issuer}`}
              onClick={() => onProvider(issuer)}
            >
              {isSigningIn && index === 0 ? texts.signIn.signingIn : texts.signIn.withProvider(label)}
            </Button>
          ))}
          {signInNotice && <NoticeBar notice={withoutAction(signInNotice)} />}
          <p class="or">{texts.signIn.orCode}</p>
        </>
      )}
      <CodeForm
        key={isLinking ? 'linking' : 'code'}
        isWanted={isLinking}
        isBusy={isSigningIn}
        isMain={!hasButtons}
        notice={hasButtons ? undefined : signInNotice}
        onSignIn={onCode}
      />
    </div>
  )
}

interface CodeFormProps {
  /** Whether a code is the one thing that is missing. */
  readonly isWanted: boolean
  readonly isBusy: boolean
  /** Whether there is no better way on the screen. */
  readonly isMain: boolean
  readonly notice: Notice | undefined
  readonly onSignIn: (code: string) => void
}

/** The invitation code, formatted as it is typed or pasted. */
function CodeForm({ isWanted, isBusy, isMain, notice, onSignIn }: CodeFormProps) {
  const place = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (isWanted) place.current?.focus()
  }, [isWanted])
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
    <form class="code-form" onSubmit={onSubmit} aria-labelledby="sign-in-title" noValidate>
      <p id="sign-in-help" class="hint">
        {texts.signIn.help}
      </p>
      <label for="invitation">{texts.signIn.codeLabel}</label>
      {/* A plain input: its label, its help and its state reach every screen reader. */}
      <input
        ref={place}
        id="invitation"
        class="control code"
        data-testid="invitation"
        value={code}
        placeholder="XXXX-XXXX-XXXX-XXXX"
        autocomplete="one-time-code"
        dir="ltr"
        autocapitalize="characters"
        spellcheck={false}
        disabled={isBusy}
        aria-invalid={shown !== undefined}
        aria-describedby="sign-in-help sign-in-notice"
        onInput={onInput}
      />
      <div id="sign-in-notice">{shown && <NoticeBar notice={shown} />}</div>
      <Button appearance={isMain ? 'primary' : 'outline'} type="submit" disabled={isBusy} data-testid="sign-in">
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
