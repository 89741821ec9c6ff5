// What Office and the Microsoft 365 admin center refuse in a manifest, found without sending the file anywhere.
import { readXml, XmlError, type XmlElement } from './xml.ts'

/** One thing that is wrong, and where: a path of element names. */
export interface ManifestFinding {
  readonly at: string
  readonly message: string
}

/** Every finding; none means that Office takes the manifest. */
export function checkManifest(xml: string): readonly ManifestFinding[] {
  try {
    return new Checker(readXml(xml)).check()
  } catch (error) {
    if (error instanceof XmlError) return [{ at: '', message: error.message }]
    throw error
  }
}

/** The order of elements that the schema prescribes; `!` marks those that must be there. */
const orders: Readonly<Record<string, readonly string[]>> = {
  OfficeApp: [
    'Id!',
    'AlternateId',
    'Version!',
    'ProviderName!',
    'DefaultLocale!',
    'DisplayName!',
    'Description!',
    'IconUrl!',
    'HighResolutionIconUrl!',
    'SupportUrl',
    'AppDomains',
    'Hosts!',
    'Requirements',
    'DefaultSettings!',
    'Permissions!',
    'VersionOverrides',
    'ExtendedOverrides',
  ],
  VersionOverrides: [
    'Description',
    'Requirements',
    'Hosts!',
    'Resources!',
    'WebApplicationInfo',
    'EquivalentAddins',
    'VersionOverrides',
  ],
  'VersionOverrides/Hosts/Host': ['Runtimes', 'AllFormFactors', 'DesktopFormFactor', 'MobileFormFactor'],
  DesktopFormFactor: ['GetStarted', 'SupportsSharedFolders', 'FunctionFile', 'ExtensionPoint!'],
  Group: ['Label!', 'Icon!', 'Control!'],
  Control: ['Label!', 'Supertip!', 'Icon!', 'Action!', 'Enabled'],
  Supertip: ['Title!', 'Description!'],
  Resources: ['Images', 'Urls', 'ShortStrings', 'LongStrings'],
}

const guid = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/
const version = /^\d{1,5}(?:\.\d{1,5}){3}$/
const locale = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/
const permissions = new Set(['Restricted', 'ReadDocument', 'ReadAllDocument', 'WriteDocument', 'ReadWriteDocument'])
const iconSizes = ['16', '32', '80']
const longestResid = 32
const lengths = { DisplayName: 125, ProviderName: 125, Description: 250 } as const
const stringLengths = { ShortStrings: 125, LongStrings: 250 } as const

class Checker {
  readonly #root: XmlElement
  readonly #findings: ManifestFinding[] = []

  constructor(root: XmlElement) {
    this.#root = root
  }

  check(): readonly ManifestFinding[] {
    if (this.#root.name !== 'OfficeApp') this.#add('', 'The root element must be OfficeApp.')
    if (this.#root.attributes.get('xsi:type') !== 'TaskPaneApp') this.#add('OfficeApp', 'xsi:type must be TaskPaneApp.')
    this.#walk(this.#root, this.#root.name)
    this.#checkHead()
    this.#checkResources()
    this.#checkRuntime()
    return this.#findings
  }

  #checkHead(): void {
    const text = (name: string): string => find(this.#root, name)?.text ?? ''
    const value = (name: string): string => find(this.#root, name)?.attributes.get('DefaultValue') ?? ''
    if (!guid.test(text('Id'))) this.#add('OfficeApp/Id', 'The id must be a GUID.')
    if (!version.test(text('Version')))
      this.#add('OfficeApp/Version', 'The version must have four numbers, as 1.0.0.0.')
    if (text('Version').startsWith('0.0.')) this.#add('OfficeApp/Version', 'The version must be at least 0.1.0.0.')
    if (!locale.test(text('DefaultLocale'))) this.#add('OfficeApp/DefaultLocale', 'Write a locale such as en-US.')
    if (!permissions.has(text('Permissions'))) this.#add('OfficeApp/Permissions', 'There is no such permission.')
    for (const [name, most] of Object.entries(lengths)) {
      const shown = name === 'ProviderName' ? text(name) : value(name)
      if (shown === '' || shown.length > most) this.#add(`OfficeApp/${name}`, `Write 1 to ${most} characters.`)
    }
    const hosts = find(this.#root, 'Hosts')?.children ?? []
    if (!hosts.some((host) => host.attributes.get('Name') === 'Workbook')) {
      this.#add('OfficeApp/Hosts', 'The host Workbook is missing.')
    }
    for (const domain of find(this.#root, 'AppDomains')?.children ?? []) this.#checkDomain(domain.text)
  }

  #checkDomain(domain: string): void {
    const url = URL.canParse(domain) ? new URL(domain) : undefined
    if (url?.protocol !== 'https:' || url.origin !== domain || domain.includes('*')) {
      this.#add(
        'OfficeApp/AppDomains',
        `${domain} must be https and a host: no path, no slash at the end, no wildcard.`,
      )
    }
  }

  /** Order of elements, and every address. */
  #walk(element: XmlElement, path: string): void {
    this.#checkOrder(element, path)
    for (const [name, value] of element.attributes) {
      const isAddress =
        name === 'DefaultValue' && (/^https?:/i.test(value) || /Url$|SourceLocation$/.test(element.name))
      if (isAddress) this.#checkAddress(value, path)
      if (name === 'resid' && value.length > longestResid) this.#add(path, `${value} is longer than ${longestResid}.`)
    }
    for (const child of element.children) this.#walk(child, `${path}/${child.name}`)
  }

  #checkOrder(element: XmlElement, path: string): void {
    const order = orders[element.name] ?? Object.entries(orders).find(([suffix]) => path.endsWith(`/${suffix}`))?.[1]
    if (!order) return
    const names = order.map((name) => name.replace('!', ''))
    for (const required of order.filter((name) => name.endsWith('!'))) {
      if (!find(element, required.slice(0, -1))) this.#add(path, `${required.slice(0, -1)} is missing.`)
    }
    let last = -1
    for (const { name } of element.children) {
      const place = names.indexOf(name)
      if (place < 0) this.#add(path, `${name} does not belong here.`)
      else if (place < last) this.#add(path, `${name} must come before ${names[last] ?? ''}.`)
      last = Math.max(last, place)
    }
  }

  #checkAddress(address: string, path: string): void {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (url?.protocol !== 'https:') this.#add(path, `${address} must be an https address.`)
  }

  #checkResources(): void {
    const overrides = find(this.#root, 'VersionOverrides')
    if (!overrides) return
    const defined = new Map<string, string>()
    for (const list of find(overrides, 'Resources')?.children ?? []) {
      for (const resource of list.children) this.#checkResource(resource, list.name, defined)
    }
    const used = new Map<string, string>()
    for (const element of all(overrides)) {
      const resid = element.attributes.get('resid')
      if (resid !== undefined) used.set(resid, element.name)
      if (element.name === 'Icon') this.#checkIcon(element)
    }
    for (const [resid, name] of used) if (!defined.has(resid)) this.#add(name, `The resource ${resid} is not defined.`)
    for (const resid of defined.keys()) if (!used.has(resid)) this.#add('Resources', `${resid} is used nowhere.`)
  }

  #checkResource(resource: XmlElement, list: string, defined: Map<string, string>): void {
    const id = resource.attributes.get('id') ?? ''
    const value = resource.attributes.get('DefaultValue') ?? ''
    const path = `Resources/${list}`
    if (id === '' || id.length > longestResid)
      this.#add(path, `The id ${id} must have 1 to ${longestResid} characters.`)
    if (defined.has(id)) this.#add(path, `${id} is defined twice.`)
    defined.set(id, list)
    const most = list === 'ShortStrings' || list === 'LongStrings' ? stringLengths[list] : 2_048
    if (value === '' || value.length > most) this.#add(path, `${id} must have 1 to ${most} characters.`)
  }

  #checkIcon(icon: XmlElement): void {
    const sizes = new Set(icon.children.map((image) => image.attributes.get('size')))
    const missing = iconSizes.filter((size) => !sizes.has(size))
    if (missing.length > 0) this.#add('Icon', `The sizes ${missing.join(', ')} are missing.`)
  }

  /** A shared runtime is one page: for the pane, for the ribbon's functions, and for nothing shorter-lived. */
  #checkRuntime(): void {
    const elements = all(this.#root)
    const runtime = elements.find(({ name }) => name === 'Runtime')
    if (!runtime) return
    const resid = runtime.attributes.get('resid')
    if (runtime.attributes.get('lifetime') !== 'long') this.#add('Runtimes/Runtime', 'lifetime must be long.')
    const file = elements.find(({ name }) => name === 'FunctionFile')
    if (file && file.attributes.get('resid') !== resid) this.#add('FunctionFile', 'It must be the page of the runtime.')
    const sets = elements.filter(({ name }) => name === 'Set').map((set) => set.attributes.get('Name'))
    if (!sets.includes('SharedRuntime')) this.#add('Requirements', 'The set SharedRuntime is missing.')
  }

  #add(at: string, message: string): void {
    this.#findings.push({ at, message })
  }
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name)
}

function all(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(all)]
}
