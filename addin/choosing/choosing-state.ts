// What the choosing screen shows, as data.
import type { CellBody, ColumnBody, ColumnType, DatasetBody } from '../../broker/http/contract.ts'
import type { Notice } from '../notice.ts'
import type { Progress } from '../read-dataset.ts'
import type { CellReading, Place } from '../workbook.ts'
import { plainSettings } from '../table-choice.ts'
import type { DraftMistake } from './conditions.ts'
import { startDraft, type Draft } from './draft.ts'

/** The first rows of the choice; the former ones stay while newer ones are read. */
export interface Sample {
  readonly state: 'loading' | 'ready' | 'failed'
  readonly columns: readonly ColumnBody[]
  readonly rows: readonly (readonly CellBody[])[]
  /** Rows that the conditions find; undefined until that is known. */
  readonly found: number | undefined
  readonly pulledAt: string | undefined
  readonly notice: Notice | undefined
}

/** Values to pick from for a condition. */
export interface Suggestions {
  readonly id: number
  readonly values: readonly string[]
}

export interface ChoosingState {
  /** `unpulled`: there is nothing to choose from before the dataset's first pull. */
  readonly stage: 'loading' | 'ready' | 'failed' | 'unpulled'
  readonly dataset: DatasetBody | undefined
  readonly types: ReadonlyMap<string, ColumnType>
  readonly draft: Draft
  /** Lines that are no conditions yet, by their id. */
  readonly mistakes: ReadonlyMap<number, DraftMistake>
  /** Conditions that the workbook or the broker cannot use, by the id of their line. */
  readonly refusals: ReadonlyMap<number, Notice>
  /** Whether lines that are empty yet are called mistakes: once the user wanted to go on. */
  readonly isChecked: boolean
  /** Columns that the linked table's settings name and the dataset has not got any more. */
  readonly lost: readonly string[]
  /** What the followed cells hold, by name. */
  readonly cells: ReadonlyMap<string, CellReading>
  readonly suggestions: Suggestions | undefined
  readonly sample: Sample
  /** The selected cell. */
  readonly place: Place | undefined
  readonly isOnNewSheet: boolean
  /** A first pull that was asked for here. */
  readonly pull: Progress | undefined
  /** Why the dataset cannot be shown, or a cell not be followed. */
  readonly notice: Notice | undefined
}

/** The state before anything is known. */
export const startState: ChoosingState = {
  stage: 'loading',
  dataset: undefined,
  types: new Map(),
  draft: startDraft({ columns: [], key: [] }, plainSettings),
  mistakes: new Map(),
  refusals: new Map(),
  isChecked: false,
  lost: [],
  cells: new Map(),
  suggestions: undefined,
  sample: { state: 'loading', columns: [], rows: [], found: undefined, pulledAt: undefined, notice: undefined },
  place: undefined,
  isOnNewSheet: false,
  pull: undefined,
  notice: undefined,
}
