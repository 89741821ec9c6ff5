import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Choosing } from '../../choosing/choosing.ts'
import type { ChoosingState } from '../../choosing/choosing-state.ts'
import type { ColumnLine } from '../../choosing/columns.ts'
import {
  withAllColumns,
  withColumns,
  withMovedColumn,
  withTheseColumns,
  withToggledColumn,
} from '../../choosing/edits.ts'
import { findItems, prepareSearch } from '../../choosing/search.ts'
import { texts } from '../../language.ts'
import { useDrag } from './drag.ts'
import { Down, Field, Fold, Grip, IconButton, Radios, TextButton, Up } from './fields.tsx'

interface SectionProps {
  readonly choosing: Choosing
  readonly state: ChoosingState
  readonly isChange: boolean
  readonly onSay: (text: string) => void
}

/** More columns than this are worth a search. */
const fewColumns = 8

/** Which columns, and in which order. */
export function ColumnsSection({ choosing, state, isChange, onSay }: SectionProps) {
  const say = texts.choosing
  const [query, setQuery] = useState('')
  const { draft, dataset } = state
  const lines = draft.columns
  const found = findItems(
    prepareSearch(lines, ({ name }) => [name]),
    query,
  )
  const isSearched = query.trim() !== ''
  const shown = isSearched ? new Set(found.map(({ name }) => name)) : new Set(lines.map(({ name }) => name))
  const chosen = lines.filter(({ isChosen }) => isChosen).length
  return (
    <Fold
      testId="columns"
      title={say.columns}
      summary={chosen === lines.length ? say.allColumns(chosen) : say.someColumns(chosen, lines.length)}
    >
      <Radios
        label={say.columns}
        isLabelHidden
        value={draft.followsDataset ? 'all' : 'these'}
        options={[
          { value: 'all', text: say.followDataset },
          { value: 'these', text: say.onlyThese },
        ]}
        onSelect={(value) =>
          choosing.edit((former) =>
            value === 'all' && dataset ? withAllColumns(former, dataset) : withTheseColumns(former),
          )
        }
      />
      {lines.length > fewColumns && <ColumnSearch query={query} count={shown.size} onQuery={setQuery} onSay={onSay} />}
      <div class="row-actions">
        <p class="hint">{isChange ? say.orderStays : say.moveHelp}</p>
        <TextButton onClick={() => choosing.edit((former) => withColumns(former, shown, true))}>
          {say.tickAll}
        </TextButton>
        <TextButton onClick={() => choosing.edit((former) => withColumns(former, shown, false))}>
          {say.tickNone}
        </TextButton>
      </div>
      {shown.size === 0 && <p class="empty">{say.noColumns(query)}</p>}
      <ColumnList choosing={choosing} lines={lines} shown={shown} isSearched={isSearched} onSay={onSay} />
      {lines.some(({ isKey }) => isKey) && <p class="hint">{say.keyHelp}</p>}
    </Fold>
  )
}

interface SearchProps {
  readonly query: string
  readonly count: number
  readonly onQuery: (query: string) => void
  readonly onSay: (text: string) => void
}

function ColumnSearch({ query, count, onQuery, onSay }: SearchProps) {
  const say = texts.choosing
  useEffect(() => {
    if (query.trim() !== '') onSay(say.columnsFound(count))
  }, [query, count])
  return (
    <Field label={say.searchColumns} isLabelHidden>
      {(aria) => (
        <input
          {...aria}
          type="search"
          class="control"
          placeholder={say.searchColumns}
          autocomplete="off"
          value={query}
          onInput={({ currentTarget }) => onQuery(currentTarget.value)}
        />
      )}
    </Field>
  )
}

interface ListProps {
  readonly choosing: Choosing
  readonly lines: readonly ColumnLine[]
  readonly shown: ReadonlySet<string>
  /** Order is not changed while only a part of the list shows. */
  readonly isSearched: boolean
  readonly onSay: (text: string) => void
}

interface Grabbed {
  readonly name: string
  readonly from: number
}

function ColumnList({ choosing, lines, shown, isSearched, onSay }: ListProps) {
  const list = useRef<HTMLUListElement>(null)
  const listId = useId()
  const idOf: IdOf = (part, name) => `${listId}-${part}-${encodeURIComponent(name)}`
  const say = texts.choosing
  const { moveTo, grabbed, toggleGrab, onKeyDown } = useMoves({ choosing, lines, onSay })
  const { drag, handlers, takeClick } = useDrag(list, (from, to) => {
    const name = lines[from]?.name
    if (name !== undefined) moveTo(name, to)
  })
  return (
    <ul class="columns" ref={list} aria-label={say.columns}>
      {lines.map(({ name, ...line }, index) => (
        <li
          key={name}
          class={rowClass(index, drag)}
          hidden={!shown.has(name)}
          style={drag?.from === index ? { transform: `translateY(${drag.shift}px)` } : undefined}
          onKeyDown={(event) => !isSearched && onKeyDown(event, name, index)}
        >
          <ColumnTick choosing={choosing} line={{ name, ...line }} id={idOf('tick', name)} />
          {grabbed === name && <MoveButtons name={name} idOf={idOf} onMove={(step) => moveTo(name, index + step)} />}
          {!isSearched && (
            <button
              type="button"
              class="icon-button grip"
              id={idOf('grip', name)}
              title={say.moveHelp}
              aria-label={say.move(name)}
              aria-pressed={grabbed === name}
              {...handlers(index)}
              onClick={() => !takeClick() && toggleGrab(name, index)}
            >
              <Grip />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Moving without dragging: a row that is picked up goes where the arrow keys say, and Alt with an arrow key moves any at once. */
function useMoves({ choosing, lines, onSay }: Pick<ListProps, 'choosing' | 'lines' | 'onSay'>) {
  const say = texts.choosing
  const [held, setHeld] = useState<Grabbed | undefined>(undefined)
  const refocus = useRef<string | undefined>(undefined)
  const moveTo = (name: string, to: number): void => {
    const place = Math.min(Math.max(to, 0), lines.length - 1)
    // A row that is moved in the page loses the focus.
    refocus.current = document.activeElement?.id
    choosing.edit((draft) => withMovedColumn(draft, name, place))
    onSay(say.moved(name, place + 1, lines.length))
  }
  useLayoutEffect(() => {
    const focused = refocus.current === undefined ? null : document.getElementById(refocus.current)
    refocus.current = undefined
    focused?.focus()
    focused?.scrollIntoView({ block: 'nearest' })
  }, [lines])
  const toggleGrab = (name: string, from: number): void => {
    setHeld(held?.name === name ? undefined : { name, from })
    onSay(held?.name === name ? say.dropped(name) : say.grabbed(name))
  }
  const onKeyDown = (event: KeyboardEvent, name: string, index: number): void => {
    const isHeld = held?.name === name
    const to = targetOf(event.key, index, lines.length)
    if (to !== undefined && (event.altKey || isHeld)) {
      event.preventDefault()
      if (to !== index) moveTo(name, to)
    } else if (event.key === 'Escape' && isHeld) {
      event.preventDefault()
      moveTo(name, held.from)
      setHeld(undefined)
    }
  }
  return { moveTo, grabbed: held?.name, toggleGrab, onKeyDown }
}

type IdOf = (part: string, name: string) => string

/** For those who can press, but not drag. */
function MoveButtons({ name, idOf, onMove }: { name: string; idOf: IdOf; onMove: (step: number) => void }) {
  return (
    <>
      <IconButton id={idOf('up', name)} label={texts.choosing.moveUp(name)} onClick={() => onMove(-1)}>
        <Up />
      </IconButton>
      <IconButton id={idOf('down', name)} label={texts.choosing.moveDown(name)} onClick={() => onMove(1)}>
        <Down />
      </IconButton>
    </>
  )
}

function ColumnTick({ choosing, line, id }: { choosing: Choosing; line: ColumnLine; id: string }) {
  const say = texts.choosing
  return (
    <div class="tick">
      <input
        type="checkbox"
        id={id}
        checked={line.isChosen}
        aria-disabled={line.isKey}
        aria-describedby={`${id}-type`}
        title={line.isKey ? say.keyHelp : undefined}
        onClick={(event) => {
          // Not disabled, so that the keyboard and screen readers come by and hear why.
          if (line.isKey) event.preventDefault()
        }}
        onChange={() => choosing.edit((draft) => withToggledColumn(draft, line.name))}
      />
      <label for={id}>
        <bdi>{line.name}</bdi>
      </label>
      <span class="hint" id={`${id}-type`}>
        {line.isKey && <span class="key">{say.key}</span>}
        {say.types[line.type]}
        {line.isKey && <span class="screen-reader"> {say.keyHelp}</span>}
      </span>
    </div>
  )
}

function targetOf(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowUp') return Math.max(index - 1, 0)
  if (key === 'ArrowDown') return Math.min(index + 1, count - 1)
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

function rowClass(index: number, drag: { readonly from: number; readonly to: number } | undefined): string | undefined {
  if (!drag) return undefined
  if (index === drag.from) return 'dragged'
  const placeAmongOthers = index > drag.from ? index - 1 : index
  if (placeAmongOthers === drag.to) return 'drop-before'
  return placeAmongOthers === drag.to - 1 ? 'drop-after' : undefined
}
