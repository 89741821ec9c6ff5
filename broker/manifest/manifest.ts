// The add-in-only XML manifest: the widest choice, as the unified one is not for every Office.

export interface ManifestSettings {
  /** Scheme and host of the broker, https. */
  readonly publicUrl: string
  /** The add-in's GUID. The same id in every version, so that Office updates instead of adding. */
  readonly id: string
  /** The product's version, such as 0.1.0. */
  readonly version: string
  /** What the add-in is called in Office. */
  readonly name: string
}

/** Office.js of this age has all that the add-in calls; `Table.resize` is the youngest. */
const requirements = [
  { set: 'ExcelApi', version: '1.13' },
  { set: 'SharedRuntime', version: '1.1' },
] as const

const iconSizes = [16, 32, 80] as const

/**
 * The manifest that an administrator uploads to Microsoft 365. Any change to it needs a higher version; the add-in's files do not.
 *
 * @throws {TypeError} when the URL is not https, or has a path
 */
export function createManifest({ publicUrl, id, version, name }: ManifestSettings): string {
  const { origin, protocol, href } = new URL(publicUrl)
  if (protocol !== 'https:') throw new TypeError('Office loads add-ins over https only.')
  if (href !== `${origin}/`) throw new TypeError('The public URL is scheme and host, without a path.')
  const base = `${origin}/addin`
  const page = `${base}/taskpane.html`
  const sets = requirements.map(({ set, version: least }) => `<Set Name="${set}" MinVersion="${least}"/>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xmlns:ov="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="TaskPaneApp">
  <Id>${escape(id)}</Id>
  <Version>${toManifestVersion(version)}</Version>
  <ProviderName>${escape(name)}</ProviderName>
  <DefaultLocale>en-US</DefaultLocale>
  <DisplayName DefaultValue="${escape(name)}"/>
  <Description DefaultValue="${escape(texts.description)}"/>
  <IconUrl DefaultValue="${base}/icons/icon-32.png"/>
  <HighResolutionIconUrl DefaultValue="${base}/icons/icon-64.png"/>
  <SupportUrl DefaultValue="${origin}/"/>
  <AppDomains>
    <AppDomain>${origin}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Workbook"/>
  </Hosts>
  <Requirements>
    <Sets DefaultMinVersion="1.1">
      ${sets.join('\n      ')}
    </Sets>
  </Requirements>
  <DefaultSettings>
    <SourceLocation DefaultValue="${page}"/>
  </DefaultSettings>
  <Permissions>ReadWriteDocument</Permissions>
${printOverrides({ base, page, name })}
</OfficeApp>
`
}

function printOverrides({ base, page, name }: { base: string; page: string; name: string }): string {
  const images = iconSizes.map((size) => `<bt:Image id="Icon.${size}" DefaultValue="${base}/icons/icon-${size}.png"/>`)
  return `  <VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="VersionOverridesV1_0">
    <Hosts>
      <Host xsi:type="Workbook">
        <Runtimes>
          <Runtime resid="Taskpane.Url" lifetime="long"/>
        </Runtimes>
        <DesktopFormFactor>
          <FunctionFile resid="Taskpane.Url"/>
          <ExtensionPoint xsi:type="PrimaryCommandSurface">
            <OfficeTab id="TabHome">
              <Group id="Sheetbroker.Group">
                <Label resid="Group.Label"/>
                ${printIcons(16)}
                ${printButton('Open', '<Action xsi:type="ShowTaskpane"><TaskpaneId>Sheetbroker.Pane</TaskpaneId><SourceLocation resid="Taskpane.Url"/></Action>')}
                ${printButton('Refresh', '<Action xsi:type="ExecuteFunction"><FunctionName>refreshAll</FunctionName></Action>')}
              </Group>
            </OfficeTab>
          </ExtensionPoint>
        </DesktopFormFactor>
      </Host>
    </Hosts>
    <Resources>
      <bt:Images>
        ${images.join('\n        ')}
      </bt:Images>
      <bt:Urls>
        <bt:Url id="Taskpane.Url" DefaultValue="${page}"/>
      </bt:Urls>
      <bt:ShortStrings>
        <bt:String id="Group.Label" DefaultValue="${escape(name)}"/>
        <bt:String id="Open.Label" DefaultValue="Open"/>
        <bt:String id="Refresh.Label" DefaultValue="Refresh all"/>
      </bt:ShortStrings>
      <bt:LongStrings>
        <bt:String id="Open.Tip" DefaultValue="${escape(texts.openTip)}"/>
        <bt:String id="Refresh.Tip" DefaultValue="${escape(texts.refreshTip)}"/>
      </bt:LongStrings>
    </Resources>
  </VersionOverrides>`
}

/** The id that every deployment has unless it sets its own: the same add-in, whatever host serves it. */
export const addinId = '6b1d7a52-3c1e-4f0b-9a57-2f8c5d0e4b93'

/** A version as Office wants it, with four parts: 0.1.0 is 0.1.0.0. What follows a hyphen or a plus is left out. */
export function toManifestVersion(version: string): string {
  const parts = /^(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?(?:[-+].*)?$/.exec(version)
  if (!parts) throw new TypeError(`${version} is not a version.`)
  return `${parts
    .slice(1, 4)
    .map((part: string | undefined) => Number(part ?? 0))
    .join('.')}.0`
}

const texts = {
  description: 'Complete, typed tables from your company’s sources: sign in once, then click Refresh.',
  openTip: 'Choose datasets and see the linked tables of this workbook.',
  refreshTip: 'Bring fresh data into every linked table of this workbook.',
} as const

function printButton(name: string, action: string): string {
  return `<Control xsi:type="Button" id="Sheetbroker.${name}">
                  <Label resid="${name}.Label"/>
                  <Supertip>
                    <Title resid="${name}.Label"/>
                    <Description resid="${name}.Tip"/>
                  </Supertip>
                  ${printIcons(18)}
                  ${action}
                </Control>`
}

function printIcons(indent: number): string {
  const margin = ' '.repeat(indent)
  const images = iconSizes.map((size) => `${margin}  <bt:Image size="${size}" resid="Icon.${size}"/>`)
  return `<Icon>\n${images.join('\n')}\n${margin}</Icon>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
