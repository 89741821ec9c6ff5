import { texts } from '../language.ts'
import type { Pane } from '../pane.ts'
import { Button } from './parts.tsx'

/** Asked once for each workbook: whether to refresh whenever it is opened. At the foot of the pane, where it moves nothing. */
export function OnOpenQuestion({ pane }: { readonly pane: Pane }) {
  const say = texts.refreshing.onOpen
  const answer = (choice: 'yes' | 'no' | 'later') => () => void pane.automatic.answerOnOpen(choice)
  return (
    <aside class="question" aria-labelledby="question-title" data-testid="on-open-question">
      <h2 id="question-title">{say.question}</h2>
      <p class="hint">{say.help}</p>
      <div class="actions">
        <Button size="small" appearance="primary" onClick={answer('yes')}>
          {say.yes}
        </Button>
        <Button size="small" onClick={answer('no')}>
          {say.no}
        </Button>
        <Button size="small" appearance="subtle" onClick={answer('later')}>
          {say.later}
        </Button>
      </div>
    </aside>
  )
}
