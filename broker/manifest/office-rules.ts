// What Office and the Microsoft 365 admin center ask of a manifest beyond its schema.
import { Findings, type ManifestFinding } from './finding.ts'
import { checkIcons, type IconSizeOf } from './icon-rules.ts'
import { checkResources } from './resource-rules.ts'
import { attributeOf, childrenOf, descendantsOf, type XmlElement } from './xml.ts'

/** Elements whose `DefaultValue`, and whose overrides' `Value`, is an address. */
const addressElements = new Set([
  ...['IconUrl', 'HighResolutionIconUrl', 'SupportUrl', 'SourceLocation', 'QueryUri', 'DictionaryHomePage'],
  ...['Image', 'Url'],
])
const highestVersionPart = 65_535
/** Everything that Office would mind in a manifest that the schema takes. Icons' files are measured where `iconSizeOf` knows them. */
export function checkOfficeRules(root: XmlElement, iconSizeOf: IconSizeOf): readonly ManifestFinding[] {
  const findings = new Findings('office')
  checkVersion(root, findings)
  checkHosts(root, findings)
  checkAppDomains(root, findings)
  checkAddresses(root, 'OfficeApp', findings)
  checkIcons(root, iconSizeOf, findings)
  for (const overrides of childrenOf(root, 'VersionOverrides')) {
    checkResources(overrides, findings)
    checkSignIn(overrides, findings)
    for (const hosts of childrenOf(overrides, 'Hosts')) {
      for (const host of childrenOf(hosts, 'Host')) {
        checkRuntime(root, host, findings)
        checkIds(host, findings)
      }
    }
  }
  return findings.all
}

function checkVersion(root: XmlElement, findings: Findings): void {
  for (const element of childrenOf(root, 'Version')) {
    const parts = element.text.split('.').map(Number)
    if (parts.some((part) => part > highestVersionPart))
      findings.error(element, 'OfficeApp/Version', `No number of the version may be above ${highestVersionPart}.`)
    else if ((parts[0] ?? 0) === 0 && (parts[1] ?? 0) === 0)
      findings.error(element, 'OfficeApp/Version', 'The version must be at least 0.1.0.0.')
    if (parts.length !== 4)
      findings.warning(element, 'OfficeApp/Version', 'The version should have four numbers, as 1.0.0.0.')
  }
}

function checkHosts(root: XmlElement, findings: Findings): void {
  const names = childrenOf(root, 'Hosts')
    .flatMap((hosts) => childrenOf(hosts, 'Host'))
    .map((host) => attributeOf(host, 'Name'))
  if (!names.includes('Workbook')) {
    const text = 'The host Workbook is missing, so Excel will not show this add-in: add <Host Name="Workbook"/>.'
    findings.warning(root, 'OfficeApp/Hosts', text)
  }
  for (const host of descendantsOf(root)) {
    const name = host.name === 'Host' ? host.type?.name : undefined
    if (name !== undefined && !names.includes(name)) {
      const text = `${name} is missing in the Hosts at the top, so nothing here takes effect: list it there, too.`
      findings.warning(host, 'OfficeApp/VersionOverrides/Hosts/Host', text)
    }
  }
}

function checkAppDomains(root: XmlElement, findings: Findings): void {
  for (const domain of childrenOf(root, 'AppDomains').flatMap((list) => childrenOf(list, 'AppDomain'))) {
    if (!/^https:\/\/[^\s/?#*@\\]+$/i.test(domain.text) || !URL.canParse(domain.text)) {
      const text = `${domain.text} must be https and a host, as https://sheetbroker.example.com: no path, no slash at the end, no wildcard.`
      findings.error(domain, 'OfficeApp/AppDomains/AppDomain', text)
    }
  }
}

function checkAddresses(element: XmlElement, path: string, findings: Findings): void {
  const check = (at: XmlElement, address: string | undefined): void => {
    if (address === undefined || isHttps(address)) return
    findings.error(at, path, `${address} must be an https address: Office loads nothing from another.`)
  }
  if (addressElements.has(element.name)) {
    check(element, attributeOf(element, 'DefaultValue'))
    for (const override of childrenOf(element, 'Override')) check(override, attributeOf(override, 'Value'))
  }
  if (element.name === 'ExtendedOverrides') {
    check(element, attributeOf(element, 'Url'))
    check(element, attributeOf(element, 'ResourcesUrl'))
  }
  for (const child of element.children) checkAddresses(child, `${path}/${child.name}`, findings)
}

function isHttps(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === 'https:' && /^https:\/\/[^/]/i.test(address)
}

/** Single sign-on needs the two to fit: Office asks for a token to `Resource`, for the application `Id`. */
function checkSignIn(overrides: XmlElement, findings: Findings): void {
  for (const info of childrenOf(overrides, 'WebApplicationInfo')) {
    const id = childrenOf(info, 'Id')[0]?.text ?? ''
    const resource = childrenOf(info, 'Resource')[0]
    if (resource?.text.startsWith('api://') && !resource.text.toLowerCase().endsWith(`/${id.toLowerCase()}`)) {
      const text = `${resource.text} should be api://, the add-in’s host, and the Id: api://sheetbroker.example.com/${id}.`
      findings.warning(resource, 'OfficeApp/VersionOverrides/WebApplicationInfo/Resource', text)
    }
  }
}

/** A shared runtime is one page: for the pane, for the ribbon's commands, for the functions, and for nothing shorter-lived. */
function checkRuntime(root: XmlElement, host: XmlElement, findings: Findings): void {
  const path = 'OfficeApp/VersionOverrides/Hosts/Host'
  const [runtime, ...others] = childrenOf(host, 'Runtimes').flatMap((list) => childrenOf(list, 'Runtime'))
  if (!runtime) return
  const resid = attributeOf(runtime, 'resid') ?? ''
  for (const other of others)
    findings.error(other, `${path}/Runtimes/Runtime`, 'One runtime is all that a document’s add-in can have.')
  if (attributeOf(runtime, 'lifetime') !== 'long')
    findings.error(runtime, `${path}/Runtimes/Runtime`, 'A shared runtime must live long: write lifetime="long".')
  for (const element of descendantsOf(host)) {
    const page = element.name === 'Page' ? childrenOf(element, 'SourceLocation')[0] : undefined
    const place = element.name === 'FunctionFile' ? element : page
    if (place && attributeOf(place, 'resid') !== resid) {
      const text = `It must be the page of the runtime: write resid="${resid}".`
      findings.error(place, `${path}/…/${element.name}`, text)
    }
  }
  const sets = descendantsOf(root).filter(({ name }) => name === 'Set')
  if (!sets.some((set) => attributeOf(set, 'Name') === 'SharedRuntime')) {
    const text =
      'The requirement set SharedRuntime is missing: without it Office without shared runtimes starts the add-in, too.'
    findings.warning(runtime, `${path}/Runtimes/Runtime`, text)
  }
}

/** Office tells groups, custom tabs and controls of one host apart by their ids alone. */
function checkIds(host: XmlElement, findings: Findings): void {
  const seen = new Set<string>()
  for (const element of descendantsOf(host)) {
    if (!['Group', 'CustomTab', 'Control', 'Item'].includes(element.name)) continue
    const id = attributeOf(element, 'id')
    if (id === undefined) continue
    if (seen.has(id)) {
      const text = `The id ${id} is there twice: give each group, tab and control its own.`
      findings.error(element, `OfficeApp/VersionOverrides/Hosts/Host/…/${element.name}`, text)
    }
    seen.add(id)
  }
}
