import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import { texts } from '../../language.ts'
import type { RefreshMode, Vanished } from '../../table-choice.ts'
import { Fold, Radios, Select } from './fields.tsx'

const modes: readonly RefreshMode[] = ['replace', 'append', 'merge']
const ways: readonly Vanished[] = ['delete', 'keep', 'mark']

interface RowsProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  /** Whether the user came for this. */
  readonly isWanted: boolean
}

/** How refreshes treat rows. */
export function RowsSection({ choosing, state, isWanted }: RowsProps) {
  const say = texts.choosing
  const { mode, vanished } = state.draft
  return (
    <Fold testId="more" isWanted={isWanted} title={say.more} summary={say.modes[mode]}>
      <Radios
        label={say.refreshMode}
        value={mode}
        options={modes.map((value) => ({ value, text: say.modes[value], hint: say.modeHelp[value] }))}
        onSelect={(value) => choosing.edit((draft) => ({ ...draft, mode: value }))}
      />
      {mode === 'merge' && (
        <Select
          label={say.vanishedRows}
          value={vanished}
          options={ways.map((value) => ({ value, text: say.vanished[value] }))}
          onSelect={(value) => choosing.edit((draft) => ({ ...draft, vanished: value }))}
        />
      )}
    </Fold>
  )
}
