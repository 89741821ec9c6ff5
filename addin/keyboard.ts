// Keys that office.js takes for itself in Excel on the web, where it stands in for the browser: it walks by Tab through a list of its own, which
// knows no `summary` and is lost on a heading that has the focus; and it hands Escape and shortcuts to Excel whoever has used them.

const focusable = 'a[href], button, input, select, textarea, summary, [tabindex]'

/**
 * Lets the browser move the focus inside the pane, and keeps keys that the pane has used from Excel. At the pane's ends office.js still
 * leads on to Excel.
 */
export function guardKeyboard(): void {
  // At the document, office.js listening at the window after it.
  document.addEventListener('keydown', (event) => {
    const isUsed = event.key === 'Tab' ? hasNeighbour(event.target, event.shiftKey) : event.defaultPrevented
    if (isUsed) event.stopPropagation()
  })
}

/** Whether Tab has somewhere to go from here without leaving the pane. */
function hasNeighbour(target: EventTarget | null, isBackward: boolean): boolean {
  if (!(target instanceof Element)) return false
  const direction = isBackward ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING
  return [...document.querySelectorAll<HTMLElement>(focusable)].some((element) => {
    if ((target.compareDocumentPosition(element) & direction) === 0 || element.contains(target)) return false
    return element.tabIndex >= 0 && !element.matches(':disabled, [disabled]') && element.checkVisibility()
  })
}
