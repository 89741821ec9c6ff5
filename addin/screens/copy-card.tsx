import type { CopiedTable } from '../copied-tables.ts'
import { texts } from '../language.ts'
import type { Pane } from '../pane.ts'
import { CardHead } from './card-head.tsx'
import { Button } from './parts.tsx'

/** A table that is not linked, but looks like a copy of one that is. */
export function CopyCard({ pane, copy }: { readonly pane: Pane; readonly copy: CopiedTable }) {
  const { tableId, name, original } = copy
  return (
    <li class="card" aria-label={name} data-testid={`copy-${name}`}>
      <CardHead pane={pane} tableId={tableId} name={name}>
        <Button
          size="small"
          aria-label={texts.refreshing.copy.linkTable(name)}
          onClick={() => void pane.linkCopy(tableId)}
        >
          {texts.refreshing.copy.link}
        </Button>
      </CardHead>
      <div class="card-text">
        <p class="hint">{texts.refreshing.copy.looksLike(original)}</p>
      </div>
    </li>
  )
}
