// Dragging rows of a list with any pointer. The rows stay where they are while one is dragged, as a row that is moved in the page would
// let go of the pointer; the one dragged is shifted, and a line shows where it will go.
import { useRef, useState } from 'preact/hooks'

export interface Drag {
  readonly from: number
  /** Where the row would go: an index among the others. */
  readonly to: number
  readonly shift: number
}

/** Further than this, a press is no click any more. */
const clickDistance = 4
/** So near to an end of the list it scrolls. */
const edge = 32
const scrollStep = 10

interface Press {
  readonly from: number
  readonly startY: number
  readonly startScroll: number
  y: number
  frame: number
}

/**
 * The drag under way, and the handlers for a row's handle.
 *
 * @param list the element whose children are the rows, and which scrolls
 */
export function useDrag(list: { readonly current: HTMLElement | null }, onDrop: (from: number, to: number) => void) {
  const [drag, setDrag] = useState<Drag | undefined>(undefined)
  const press = useRef<Press | undefined>(undefined)
  const wasDragged = useRef(false)

  const show = (): void => {
    const current = press.current
    const element = list.current
    if (!current || !element) return
    const shift = current.y - current.startY + element.scrollTop - current.startScroll
    if (!wasDragged.current && Math.abs(shift) < clickDistance) return
    wasDragged.current = true
    setDrag({ from: current.from, to: findPlace(element, current.from, current.y), shift })
  }
  const scroll = (): void => {
    if (!press.current || !list.current) return
    const step = scrollStepAt(list.current, press.current.y)
    if (step !== 0 && wasDragged.current) {
      list.current.scrollBy(0, step)
      show()
    }
    press.current.frame = requestAnimationFrame(scroll)
  }
  const end = (): void => {
    if (press.current) cancelAnimationFrame(press.current.frame)
    press.current = undefined
    setDrag(undefined)
  }
  const begin = (from: number, { button, currentTarget, pointerId, clientY: y }: PointerEvent): void => {
    if (button !== 0 || !(currentTarget instanceof Element)) return
    currentTarget.setPointerCapture(pointerId)
    wasDragged.current = false
    const startScroll = list.current?.scrollTop ?? 0
    press.current = { from, startY: y, startScroll, y, frame: requestAnimationFrame(scroll) }
  }
  const handlers = (from: number) => ({
    onPointerDown: (event: PointerEvent): void => begin(from, event),
    onPointerMove: (event: PointerEvent): void => {
      if (!press.current) return
      press.current.y = event.clientY
      show()
    },
    onPointerUp: (): void => {
      if (drag && drag.to !== drag.from) onDrop(drag.from, drag.to)
      end()
    },
    onPointerCancel: end,
  })
  /** Whether the click that follows a press belongs to a drag. */
  const takeClick = (): boolean => {
    const isOfDrag = wasDragged.current
    wasDragged.current = false
    return isOfDrag
  }
  return { drag, handlers, takeClick }
}

/** How many of the other rows lie above `y`. */
function findPlace(list: HTMLElement, from: number, y: number): number {
  const others = [...list.children].filter((_row, index) => index !== from)
  return others.filter((row) => {
    const { top, height } = row.getBoundingClientRect()
    return top + height / 2 < y
  }).length
}

/** Near an end of the list it scrolls that way. */
function scrollStepAt(list: HTMLElement, y: number): number {
  const { top, bottom } = list.getBoundingClientRect()
  if (y < top + edge) return -scrollStep
  return y > bottom - edge ? scrollStep : 0
}
