// The part of the XML manifest for Office with add-in commands: ribbon, shared runtime, functions, single sign-on.
import { commandIconSizes } from './icon-rules.ts'
import { runtimeRequirement, type ManifestSettings } from './manifest-settings.ts'
import type { ManifestTexts } from './manifest-texts.ts'
import { escapeXml, printLocalized } from './print-xml.ts'

/** The element VersionOverrides. Its children are in the schema's order. */
export function printOverrides(settings: ManifestSettings, origin: string): string {
  return `  <VersionOverrides xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="VersionOverridesV1_0">
    <Requirements>
      <bt:Sets DefaultMinVersion="1.1">
        <bt:Set Name="${runtimeRequirement.set}" MinVersion="${runtimeRequirement.version}"/>
      </bt:Sets>
    </Requirements>
    <Hosts>
      <Host xsi:type="Workbook">
        <Runtimes>
          <Runtime resid="Page.Url" lifetime="long"/>
        </Runtimes>${settings.functions === undefined ? '' : functions}
        <DesktopFormFactor>
          <GetStarted>
            <Title resid="Start.Title"/>
            <Description resid="Start.Text"/>
            <LearnMoreUrl resid="Learn.Url"/>
          </GetStarted>
          <FunctionFile resid="Page.Url"/>
          <ExtensionPoint xsi:type="PrimaryCommandSurface">
            <OfficeTab id="TabHome">
              <Group id="Sheetbroker.Group">
                <Label resid="Group.Label"/>
${printIcons(16)}
${printButton('Open', '<Action xsi:type="ShowTaskpane"><TaskpaneId>Sheetbroker.Pane</TaskpaneId><SourceLocation resid="Page.Url"/></Action>')}
${printButton('Refresh', '<Action xsi:type="ExecuteFunction"><FunctionName>refreshAll</FunctionName></Action>')}
              </Group>
            </OfficeTab>
          </ExtensionPoint>
        </DesktopFormFactor>
      </Host>
    </Hosts>
${printResources(settings, origin)}${printSignIn(settings)}
  </VersionOverrides>`
}

/** The functions run in the one runtime, whose page loads their script itself. */
const functions = `
        <AllFormFactors>
          <ExtensionPoint xsi:type="CustomFunctions">
            <Script>
              <SourceLocation resid="Functions.Script"/>
            </Script>
            <Page>
              <SourceLocation resid="Page.Url"/>
            </Page>
            <Metadata>
              <SourceLocation resid="Functions.Metadata"/>
            </Metadata>
            <Namespace resid="Functions.Namespace"/>
          </ExtensionPoint>
        </AllFormFactors>`

function printResources({ name, functions }: ManifestSettings, origin: string): string {
  const base = `${origin}/addin`
  const images = commandIconSizes.map(
    (size) => `<bt:Image id="Icon.${size}" DefaultValue="${base}/icons/icon-${size}.png"/>`,
  )
  const urls = [
    { id: 'Page.Url', value: `${base}/taskpane.html` },
    { id: 'Learn.Url', value: `${origin}/` },
    ...(functions === undefined
      ? []
      : [
          { id: 'Functions.Script', value: `${origin}${functions.scriptPath}` },
          { id: 'Functions.Metadata', value: `${origin}${functions.metadataPath}` },
        ]),
  ].map(({ id, value }) => `<bt:Url id="${id}" DefaultValue="${escapeXml(value)}"/>`)
  const names = [
    { id: 'Group.Label', value: name },
    ...(functions === undefined ? [] : [{ id: 'Functions.Namespace', value: functions.namespace }]),
  ].map(({ id, value }) => `        <bt:String id="${id}" DefaultValue="${escapeXml(value)}"/>`)
  return `    <Resources>
      <bt:Images>
        ${images.join('\n        ')}
      </bt:Images>
      <bt:Urls>
        ${urls.join('\n        ')}
      </bt:Urls>
      <bt:ShortStrings>
${names.join('\n')}
${printString('Open.Label', 'open')}
${printString('Refresh.Label', 'refreshAll')}
${printString('Start.Title', 'startTitle')}
      </bt:ShortStrings>
      <bt:LongStrings>
${printString('Open.Tip', 'openTip')}
${printString('Refresh.Tip', 'refreshTip')}
${printString('Start.Text', 'start')}
      </bt:LongStrings>
    </Resources>`
}

function printSignIn({ entra }: ManifestSettings): string {
  if (entra === undefined) return ''
  const scopes = ['openid', 'profile', entra.scope].map((scope) => `        <Scope>${escapeXml(scope)}</Scope>`)
  return `
    <WebApplicationInfo>
      <Id>${escapeXml(entra.clientId)}</Id>
      <Resource>${escapeXml(entra.resource)}</Resource>
      <Scopes>
${scopes.join('\n')}
      </Scopes>
    </WebApplicationInfo>`
}

function printString(id: string, text: keyof ManifestTexts): string {
  return printLocalized({
    open: `<bt:String id="${id}"`,
    close: '</bt:String>',
    override: 'bt:Override',
    indent: 8,
    text,
  })
}

function printButton(name: string, action: string): string {
  return `                <Control xsi:type="Button" id="Sheetbroker.${name}">
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
  const images = commandIconSizes.map((size) => `${margin}  <bt:Image size="${size}" resid="Icon.${size}"/>`)
  return [`${margin}<Icon>`, ...images, `${margin}</Icon>`].join('\n')
}
