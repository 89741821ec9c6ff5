// Office as the pages of a dialog see it: where they are, and the way to the pane that opened them.

/** Resolves once Office knows the page's place, which it remembers for the next page; or with `false` where there is no Office. */
export async function findOffice(): Promise<boolean> {
  if (typeof Office === 'undefined') return false
  const { host } = await Office.onReady()
  // Outside Office the library answers with null, which its types do not say.
  return String(host) !== 'null'
}

/** Hands a text to the pane, and to no page of another site that may have opened the dialog. */
export function tellPane(text: string): void {
  const { requirements, ui } = Office.context
  if (requirements.isSetSupported('DialogOrigin', '1.1')) ui.messageParent(text, { targetOrigin: location.origin })
  // Without a target, Office takes this page's own site.
  else ui.messageParent(text)
}
