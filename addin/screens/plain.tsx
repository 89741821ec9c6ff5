import { texts } from '../language.ts'
import { Loading } from './parts.tsx'

/** A page that says one thing: while the pane starts, or where it cannot. */
export function Plain({ text, isBusy = false }: { text: string; isBusy?: boolean }) {
  return (
    <main>
      {isBusy ? (
        <Loading text={text} />
      ) : (
        <>
          <h1>{texts.pane.product}</h1>
          <p role="status">{text}</p>
        </>
      )}
    </main>
  )
}
