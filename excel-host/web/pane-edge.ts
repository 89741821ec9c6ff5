// The edge between the sheet and the task pane: dragged with a pointer or moved with arrow keys.

/** Excel's panes are no narrower. */
const LEAST_WIDTH = 320
const LEAST_SHEET = 240
const STEP = 20

/** Lets people make the pane as wide as they like; it keeps at least 320 pixels, and the sheet some room. */
export function makePaneResizable(edge: HTMLElement, pane: HTMLElement): void {
  const setWidth = (wanted: number): void => {
    const most = Math.max(LEAST_WIDTH, window.innerWidth - LEAST_SHEET)
    const width = Math.round(Math.min(most, Math.max(LEAST_WIDTH, wanted)))
    pane.style.width = `${width}px`
    edge.setAttribute('aria-valuenow', String(width))
    edge.setAttribute('aria-valuemax', String(most))
  }
  edge.setAttribute('aria-valuemin', String(LEAST_WIDTH))
  setWidth(pane.getBoundingClientRect().width)
  edge.addEventListener('pointerdown', (event) => {
    edge.setPointerCapture(event.pointerId)
    // The frame in the pane would take the pointer's moves.
    document.body.classList.add('is-resizing')
    event.preventDefault()
    edge.focus()
  })
  edge.addEventListener('pointermove', (event) => {
    if (edge.hasPointerCapture(event.pointerId)) setWidth(pane.getBoundingClientRect().right - event.clientX)
  })
  edge.addEventListener('lostpointercapture', () => document.body.classList.remove('is-resizing'))
  edge.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowLeft' ? STEP : event.key === 'ArrowRight' ? -STEP : 0
    if (step === 0) return
    setWidth(pane.getBoundingClientRect().width + step)
    event.preventDefault()
  })
}
