import { useLayoutEffect, useRef, useState } from 'preact/hooks'

export interface MenuItem {
  readonly label: string
  readonly onChoose: () => void
}

interface MenuProps {
  /** What a screen reader calls the button. */
  readonly label: string
  readonly items: readonly MenuItem[]
}

const steps: Readonly<Record<string, (current: number, count: number) => number>> = {
  ArrowDown: (current, count) => (current + 1) % count,
  ArrowUp: (current, count) => (current - 1 + count) % count,
  Home: () => 0,
  End: (_current, count) => count - 1,
}

/**
 * A button with a menu of actions.
 *
 * @see WAI-ARIA Authoring Practices, "Menu Button"
 */
export function Menu({ label, items }: MenuProps) {
  const [isOpen, setOpen] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const entries = (): readonly HTMLElement[] => findEntries(place.current)
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  // Before anything else is typed.
  useLayoutEffect(() => {
    if (!isOpen) return undefined
    entries()[0]?.focus()
    return watchOutside(place.current, () => setOpen(false))
  }, [isOpen])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isOpen) {
      // Office takes an Escape that it sees for the wish to leave the pane.
      event.preventDefault()
      event.stopPropagation()
      close()
    }
    const step = steps[event.key]
    if (!step || !isOpen) return
    event.preventDefault()
    const all = entries()
    const current = all.findIndex((entry) => entry === document.activeElement)
    all[step(current, all.length)]?.focus()
  }
  return (
    <div class="menu" ref={place} onKeyDown={onKeyDown}>
      <button
        class="icon-button"
        type="button"
        ref={button}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || isOpen) return
          event.preventDefault()
          // The menu is there before the event has come further up, and would take it for its own.
          event.stopPropagation()
          setOpen(true)
        }}
      >
        <Dots />
      </button>
      {isOpen && (
        <Entries
          label={label}
          items={items}
          onChoose={(item) => {
            close()
            item.onChoose()
          }}
        />
      )}
    </div>
  )
}

function findEntries(place: Element | null): readonly HTMLElement[] {
  return [...(place?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
}

function Entries({ label, items, onChoose }: MenuProps & { readonly onChoose: (item: MenuItem) => void }) {
  return (
    <div class="menu-list" role="menu" aria-label={label}>
      {items.map((item) => (
        <button key={item.label} type="button" role="menuitem" tabIndex={-1} onClick={() => onChoose(item)}>
          {item.label}
        </button>
      ))}
    </div>
  )
}

function Dots() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <circle cx="4.5" cy="10" r="1.5" />
      <circle cx="10" cy="10" r="1.5" />
      <circle cx="15.5" cy="10" r="1.5" />
    </svg>
  )
}

/** Calls `onOutside` when focus leaves `place`, by Tab or by a click elsewhere; returns what ends that. */
function watchOutside(place: Element | null, onOutside: () => void): () => void {
  const notice = ({ target }: Event): void => {
    if (target instanceof Node && !place?.contains(target)) onOutside()
  }
  addEventListener('pointerdown', notice)
  addEventListener('focusin', notice)
  return () => {
    removeEventListener('pointerdown', notice)
    removeEventListener('focusin', notice)
  }
}
