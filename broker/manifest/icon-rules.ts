// Icons: the sizes that Office asks for, and files that are as large as the manifest says.
import type { Findings } from './finding.ts'
import { attributeOf, childrenOf, descendantsOf, type XmlElement } from './xml.ts'

/** How large the picture at an address is; undefined where that cannot be told. */
export type IconSizeOf = (address: string) => { readonly width: number; readonly height: number } | undefined

/** Every size that a command's icon can have. */
export const commandIconSizes = [16, 20, 24, 32, 40, 48, 64, 80] as const

const neededSizes: readonly number[] = [16, 32, 80]
const allowedSizes: readonly number[] = commandIconSizes
const topIcons = { IconUrl: 32, HighResolutionIconUrl: 64 } as const

/** What is wrong with icons: sizes that are missing, unknown or there twice, and files of another size. */
export function checkIcons(root: XmlElement, iconSizeOf: IconSizeOf, findings: Findings): void {
  for (const [name, size] of Object.entries(topIcons)) {
    const [icon] = childrenOf(root, name)
    if (!icon) {
      const text = `${name} is missing: give an icon of ${size} x ${size} pixels.`
      findings.warning(root, `OfficeApp/${name}`, text)
      continue
    }
    checkFile(icon, { address: attributeOf(icon, 'DefaultValue') ?? '', size, iconSizeOf }, findings)
  }
  const addresses = new Map<string, string>()
  for (const element of descendantsOf(root)) {
    const id = element.name === 'Image' ? attributeOf(element, 'id') : undefined
    if (id !== undefined) addresses.set(id, attributeOf(element, 'DefaultValue') ?? '')
  }
  for (const icon of descendantsOf(root).filter(({ name }) => name === 'Icon')) {
    checkSizes(icon, findings)
    for (const image of childrenOf(icon, 'Image')) {
      const address = addresses.get(attributeOf(image, 'resid') ?? '') ?? ''
      checkFile(image, { address, size: Number(attributeOf(image, 'size')), iconSizeOf }, findings)
    }
  }
}

function checkSizes(icon: XmlElement, findings: Findings): void {
  const at = 'OfficeApp/VersionOverrides/…/Icon'
  const sizes = childrenOf(icon, 'Image').map((image) => Number(attributeOf(image, 'size')))
  const missing = neededSizes.filter((size) => !sizes.includes(size))
  if (missing.length > 0)
    findings.error(icon, at, `The icon lacks the sizes ${missing.join(', ')}: add an Image for each.`)
  for (const [index, size] of sizes.entries()) {
    if (!allowedSizes.includes(size)) {
      findings.error(icon, at, `No icon has the size ${size}: ${allowedSizes.join(', ')} are the sizes that there are.`)
    } else if (sizes.indexOf(size) < index) findings.error(icon, at, `The size ${size} is there twice: take one out.`)
  }
}

function checkFile(
  element: XmlElement,
  icon: { readonly address: string; readonly size: number; readonly iconSizeOf: IconSizeOf },
  findings: Findings,
): void {
  const actual = icon.iconSizeOf(icon.address)
  if (!actual || (actual.width === icon.size && actual.height === icon.size)) return
  const at = `OfficeApp/…/${element.name}`
  const text = `${icon.address} has ${actual.width} x ${actual.height} pixels, and ${icon.size} x ${icon.size} are asked for.`
  findings.error(element, at, text)
}
