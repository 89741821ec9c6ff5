// The add-in-only XML manifest: the widest choice, as the unified one is not for every Office.
import { addinId, excelRequirement, readOrigin, type ManifestSettings } from './manifest-settings.ts'
import { printOverrides } from './manifest-overrides.ts'
import { escapeXml, printLocalized } from './print-xml.ts'

/**
 * The manifest that an administrator uploads to Microsoft 365.
 *
 * @throws {TypeError} when the public URL is not https, or has a path
 */
export function createManifest(settings: ManifestSettings): string {
  const origin = readOrigin(settings.publicUrl)
  const base = `${origin}/addin`
  const name = escapeXml(settings.name)
  return `<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0" xmlns:ov="http://schemas.microsoft.com/office/taskpaneappversionoverrides" xsi:type="TaskPaneApp">
  <Id>${addinId}</Id>
  <Version>${settings.version}</Version>
  <ProviderName>${name}</ProviderName>
  <DefaultLocale>en-US</DefaultLocale>
  <DisplayName DefaultValue="${name}"/>
${printLocalized({ open: '<Description', close: '</Description>', override: 'Override', indent: 2, text: 'description' })}
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
      <Set Name="${excelRequirement.set}" MinVersion="${excelRequirement.version}"/>
    </Sets>
  </Requirements>
  <DefaultSettings>
    <SourceLocation DefaultValue="${base}/taskpane.html"/>
  </DefaultSettings>
  <Permissions>ReadWriteDocument</Permissions>
${printOverrides(settings, origin)}
</OfficeApp>
`
}
