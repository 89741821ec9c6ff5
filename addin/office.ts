// The only file that talks to Office itself: starting, the ribbon's buttons, the pane, the theme.

/** What the pane knows of the program it runs in. */
export interface OfficeHost {
  readonly isExcel: boolean
  /** How the user will recognise this device, such as `Excel on Windows`. */
  readonly device: string
}

/** Resolves when Office is ready; with `isExcel` false in a plain browser or another program. */
export async function startOffice(): Promise<OfficeHost> {
  if (typeof Office === 'undefined') return { isExcel: false, device: '' }
  const { host, platform } = await Office.onReady()
  // Outside Office the library answers with null, which its types do not say.
  const place = platformNames.get(String(platform)) ?? 'an unknown device'
  return { isExcel: String(host) === 'Excel', device: `Excel on ${place}` }
}

/** The language of Excel's own menus, or of the browser where there is no Excel. */
export function readLanguage(): string {
  if (typeof Office === 'undefined') return navigator.language
  const { context } = Office as { readonly context?: Partial<Office.Context> }
  return context?.displayLanguage ?? navigator.language
}

/** Runs `work` when the ribbon's button is clicked, and lets Excel know when it has ended, well or badly. */
export function onRibbonButton(name: string, work: () => Promise<void>): void {
  Office.actions.associate(name, (event: Office.AddinCommands.Event) => {
    const end = (): void => event.completed()
    work().then(end, end)
  })
}

/** Shows the task pane, if this Excel lets an add-in do so. */
export async function showPane(): Promise<void> {
  if (Office.context.requirements.isSetSupported('SharedRuntime', '1.1')) await Office.addin.showAsTaskpane()
}

/** Whether Office itself is dark; undefined where it does not say. */
export function isOfficeDark(): boolean | undefined {
  if (typeof Office === 'undefined') return undefined
  // Read before Office is ready, and on the web, the theme is not there, whatever its type says.
  const { context } = Office as { readonly context?: Partial<Office.Context> }
  const theme: Partial<Office.OfficeTheme> | undefined = context?.officeTheme
  const colour = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(theme?.bodyBackgroundColor ?? '')
  if (!colour) return undefined
  const [red = 0, green = 0, blue = 0] = colour.slice(1).map((part) => Number.parseInt(part, 16))
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128
}

const platformNames: ReadonlyMap<string, string> = new Map([
  ['PC', 'Windows'],
  ['OfficeOnline', 'the web'],
  ['Mac', 'Mac'],
  ['iOS', 'iPad'],
  ['Android', 'Android'],
  ['Universal', 'Windows'],
])
