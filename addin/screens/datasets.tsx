import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { DatasetSummary } from '../../broker/http/contract.ts'
import { findItems, prepareSearch } from '../choosing/search.ts'
import { texts } from '../language.ts'
import type { Pane } from '../pane.ts'
import type { PaneState, Task } from '../pane-state.ts'
import { describeFreshness } from './freshness.ts'
import { isActive, NoticeBar, Section, TaskProgress } from './parts.tsx'
import { Held } from './table-card.tsx'

interface DatasetsProps {
  readonly pane: Pane
  readonly state: PaneState
  readonly nowMs: number
}

/** So many are put on the page at once; more follow when the user comes near the end. */
const cardsAtOnce = 40

/** What the user may read: searched by words, opened to choose a part of it, or inserted as a whole. */
export function Datasets({ pane, state: { datasets, inserts }, nowMs }: DatasetsProps) {
  const say = texts.choosing
  const [query, setQuery] = useState('')
  const [most, setMost] = useState(cardsAtOnce)
  const list = useRef<HTMLUListElement>(null)
  const awaited = useRef<number | undefined>(undefined)
  const { items } = datasets
  const prepared = useMemo(() => prepareSearch(items, searchedTexts), [items])
  const found = useMemo(() => findItems(prepared, query), [prepared, query])
  const isEmpty = datasets.state === 'ready' && items.length === 0
  const search = (text: string): void => {
    setQuery(text)
    setMost(cardsAtOnce)
  }
  // Keys are faster than the list grows: what they ask for is put on the page, and then has the focus.
  const walk = (event: KeyboardEvent): void => {
    const index = nextIndex(event, list.current, found.length)
    if (index === undefined) return
    event.preventDefault()
    if (index < 0) document.getElementById('dataset-search')?.focus()
    else if (index < most) titlesOf(list.current)[index]?.focus()
    else {
      awaited.current = index
      setMost(index + cardsAtOnce)
    }
  }
  useLayoutEffect(() => {
    if (awaited.current === undefined) return
    titlesOf(list.current)[awaited.current]?.focus()
    awaited.current = undefined
  }, [most])
  return (
    <Section id="datasets-title" title={say.datasets}>
      {items.length > 0 && (
        <SearchField query={query} onSearch={search} onEnter={() => openFirst(found, pane)} list={list} />
      )}
      {datasets.state === 'loading' && items.length === 0 && <Placeholders />}
      {datasets.notice && <NoticeBar notice={datasets.notice} onAction={() => void pane.loadDatasets()} />}
      {isEmpty && <p class="empty">{say.none}</p>}
      {items.length > 0 && found.length === 0 && <p class="empty">{say.nothingFound(query)}</p>}
      <ul class="cards datasets" ref={list} onKeyDown={walk}>
        {found.slice(0, most).map((dataset) => (
          <DatasetCard
            key={dataset.name}
            pane={pane}
            dataset={dataset}
            task={inserts.get(dataset.name)}
            nowMs={nowMs}
          />
        ))}
        {found.length > most && <More key="more" onSeen={() => setMost((before) => before + cardsAtOnce)} />}
      </ul>
      <Count query={query} count={found.length} />
    </Section>
  )
}

function searchedTexts({ title, name, description, columns }: DatasetSummary): readonly string[] {
  return [title, name, description, columns.map((column) => column.name).join(' \n')]
}

function openFirst([first]: readonly DatasetSummary[], pane: Pane): void {
  if (first) pane.open({ name: 'choosing', dataset: first.name })
}

interface SearchProps {
  readonly query: string
  readonly onSearch: (query: string) => void
  readonly onEnter: () => void
  readonly list: { readonly current: HTMLElement | null }
}

function SearchField({ query, onSearch, onEnter, list }: SearchProps) {
  const say = texts.choosing
  return (
    <div role="search">
      <label for="dataset-search" class="screen-reader">
        {say.search}
      </label>
      <input
        id="dataset-search"
        class="control search"
        type="search"
        placeholder={say.search}
        autocomplete="off"
        spellcheck={false}
        value={query}
        aria-describedby="dataset-search-hint"
        onInput={({ currentTarget }) => onSearch(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && query.trim() !== '') onEnter()
          if (event.key === 'Escape' && query !== '') {
            event.preventDefault()
            onSearch('')
          }
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          titlesOf(list.current)[0]?.focus()
        }}
      />
      <span id="dataset-search-hint" hidden>
        {say.searchHint}
      </span>
    </div>
  )
}

/** Arrow keys go from title to title, and from the first one back to the search (-1); undefined when the key leads nowhere. */
function nextIndex({ key }: KeyboardEvent, list: HTMLElement | null, count: number): number | undefined {
  const current = titlesOf(list).findIndex((title) => title === document.activeElement)
  if (current < 0) return undefined
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  if (key === 'ArrowUp') return current - 1
  return key === 'ArrowDown' ? Math.min(current + 1, count - 1) : undefined
}

function titlesOf(list: HTMLElement | null): readonly HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('h3 button') ?? [])]
}

/** Says how many were found, a moment after the last letter. */
function Count({ query, count }: { readonly query: string; readonly count: number }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSaid(query.trim() === '' ? '' : texts.choosing.found(count)), 500)
    return () => clearTimeout(timer)
  }, [query, count])
  return (
    <p class="screen-reader" role="status" data-testid="found">
      {said}
    </p>
  )
}

/** The end of a list that goes on: calls `onSeen` when it comes into view. */
function More({ onSeen }: { readonly onSeen: () => void }) {
  const end = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (!end.current) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen()
      },
      // The pane is a frame: without its own document as the root, the margin would not reach beyond its edge.
      { root: document, rootMargin: '600px' },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  })
  return <li ref={end} aria-hidden="true" class="more" />
}

interface CardProps {
  readonly pane: Pane
  readonly dataset: DatasetSummary
  readonly task: Task | undefined
  readonly nowMs: number
}

function DatasetCard({ pane, dataset, task, nowMs }: CardProps) {
  const { name, title, description } = dataset
  const choose = (): void => pane.open({ name: 'choosing', dataset: name })
  const insert = (): void => void pane.insert(name)
  return (
    <li class="card dataset" data-testid={`dataset-${name}`}>
      <div class="card-head">
        <div class="card-text">
          <h3>
            <button class="plain title" type="button" aria-description={texts.choosing.open(title)} onClick={choose}>
              <Clamped>{title}</Clamped>
            </button>
          </h3>
          {description !== '' && (
            <p>
              <Clamped>{description}</Clamped>
            </p>
          )}
          <p class="hint">{describeFreshness(dataset, nowMs)}</p>
        </div>
        <button
          type="button"
          class="button"
          aria-label={texts.choosing.insertDataset(title)}
          disabled={isActive(task)}
          onClick={insert}
        >
          {texts.choosing.insert}
        </button>
      </div>
      <Busy pane={pane} name={name} title={title} task={task} />
      {task?.notice && (
        <NoticeBar notice={task.notice} onAction={(action) => (action === 'choose' ? choose() : insert())} />
      )}
    </li>
  )
}

interface BusyProps extends Pick<CardProps, 'pane' | 'task'> {
  readonly name: string
  readonly title: string
}

/** How far an insert is, or why it waits. */
function Busy({ pane, name, title, task }: BusyProps) {
  const cancel = (): void => pane.cancel('inserts', name)
  if (task?.state === 'held' && task.hold) return <Held pane={pane} hold={task.hold} name={title} onCancel={cancel} />
  return isActive(task) ? <TaskProgress task={task} name={title} onCancel={cancel} /> : null
}

/** Three lines at most; the dataset's own page has the rest. */
function Clamped({ children }: { readonly children: ComponentChildren }) {
  return (
    <span class="clamped" dir="auto">
      {children}
    </span>
  )
}

/** Cards to come, as high as they will be. */
function Placeholders() {
  return (
    <div class="cards" role="status">
      <span class="screen-reader">{texts.pane.loading}</span>
      {[1, 2, 3].map((index) => (
        <div key={index} class="card placeholder" aria-hidden="true" />
      ))}
    </div>
  )
}
