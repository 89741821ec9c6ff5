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
  if (hasSharedRuntime()) await Office.addin.showAsTaskpane()
}

/** The first requirement set that this Excel lacks, as `ExcelApi 1.13`; undefined when it has all that the add-in needs. */
export function findMissingSet(): string | undefined {
  const missing = neededSets.find(([set, version]) => !Office.context.requirements.isSetSupported(set, version))
  return missing?.join(' ')
}

/** Whether the pane is open, as far as Excel says; it goes on running when it is closed. */
export function watchPane(): () => boolean {
  let isOpen = true
  if (hasSharedRuntime()) {
    const listen = Office.addin.onVisibilityModeChanged(({ visibilityMode }) => {
      isOpen = visibilityMode === Office.VisibilityMode.taskpane
    })
    // An Excel that does not tell: the pane counts as open.
    listen.catch(() => undefined)
  }
  return () => isOpen
}

/** Whether Excel can start the add-in together with the workbook, and makes it do so; the setting is kept in the workbook. */
export const startup = {
  get isPossible(): boolean {
    return hasSharedRuntime()
  },
  async set(startsWithWorkbook: boolean): Promise<void> {
    await Office.addin.setStartupBehavior(
      startsWithWorkbook ? Office.StartupBehavior.load : Office.StartupBehavior.none,
    )
  },
}

function hasSharedRuntime(): boolean {
  return Office.context.requirements.isSetSupported('SharedRuntime', '1.1')
}

/** What the manifest asks for; an Excel that is older never shows the add-in, unless it was installed in some other way. */
const neededSets: readonly (readonly [string, string])[] = [
  ['ExcelApi', '1.13'],
  ['SharedRuntime', '1.1'],
]

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
