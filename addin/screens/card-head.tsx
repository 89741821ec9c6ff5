import type { ComponentChildren } from 'preact'
import { texts } from '../language.ts'
import type { Pane } from '../pane.ts'
import { Name } from './name.tsx'

interface CardHeadProps {
  readonly pane: Pane
  readonly tableId: string
  readonly name: string
  readonly badges?: ComponentChildren
  /** What can be done with the table. */
  readonly children: ComponentChildren
}

/** The head of a table's card: its name, which leads to the table in the sheet, and what can be done with it. */
export function CardHead({ pane, tableId, name, badges, children }: CardHeadProps) {
  return (
    <div class="card-head">
      <div class="card-text">
        <h3>
          <button
            class="plain"
            type="button"
            id={`show-${tableId}`}
            title={texts.refreshing.show(name)}
            onClick={() => void pane.show(tableId)}
          >
            <Name text={name} />
          </button>
          {badges}
        </h3>
      </div>
      {children}
    </div>
  )
}
