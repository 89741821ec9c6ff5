// References to resources: each names one that is there once, and of the right kind.
import type { Findings } from './finding.ts'
import { attributeOf, childrenOf, descendantsOf, type XmlElement } from './xml.ts'

const path = 'OfficeApp/VersionOverrides'

/** Which list an element's `resid` leads to; Control, Group and Item have none. */
const listOf: Readonly<Record<string, string>> = {
  Image: 'Images',
  Runtime: 'Urls',
  FunctionFile: 'Urls',
  SourceLocation: 'Urls',
  LearnMoreUrl: 'Urls',
  Label: 'ShortStrings',
  Title: 'ShortStrings',
  Namespace: 'ShortStrings',
  Description: 'LongStrings',
}

/** What is wrong between `resid`s and resources of these overrides. */
export function checkResources(overrides: XmlElement, findings: Findings): void {
  const lists = childrenOf(overrides, 'Resources').flatMap(({ children }) => children)
  const defined = new Map<string, { readonly list: string; readonly element: XmlElement }>()
  for (const { name: list, children } of lists) {
    for (const element of children) {
      const id = attributeOf(element, 'id') ?? ''
      if (defined.has(id)) {
        const text = `The resource ${id} is defined twice: take one out, or rename it.`
        findings.error(element, `${path}/Resources/${list}`, text)
      } else defined.set(id, { list, element })
      checkLocales(element, `${path}/Resources/${list}`, findings)
    }
  }
  const used = new Set<string>()
  for (const element of descendantsOf(overrides)) {
    const resid = attributeOf(element, 'resid')
    if (resid === undefined) continue
    used.add(resid)
    checkReference(element, { resid, resource: defined.get(resid) }, findings)
  }
  for (const [id, { list, element }] of defined) {
    if (!used.has(id)) findings.warning(element, `${path}/Resources/${list}`, `The resource ${id} is used nowhere.`)
  }
}

function checkReference(
  element: XmlElement,
  to: {
    readonly resid: string
    readonly resource: { readonly list: string; readonly element: XmlElement } | undefined
  },
  findings: Findings,
): void {
  const list = listOf[element.name]
  const at = `${path}/…/${element.name}`
  if (!to.resource) {
    const text = `The resource ${to.resid} is not defined: add it to ${list ?? 'the resources'}.`
    findings.error(element, at, text)
  } else if (list !== undefined && to.resource.list !== list) {
    const text = `The resource ${to.resid} must be one of ${list}, and is one of ${to.resource.list}.`
    findings.error(element, at, text)
  } else if (element.name === 'Namespace') checkFunctionNamespace(element, to.resource.element, findings)
}

/** It comes before every function's name in a formula, so it can have no character that a formula reads otherwise. */
function checkFunctionNamespace(element: XmlElement, resource: XmlElement, findings: Findings): void {
  const value = attributeOf(resource, 'DefaultValue') ?? ''
  if (!/^\p{L}[\p{L}\p{N}._]*$/u.test(value)) {
    const text = `The functions’ namespace ${value} must be letters, digits, points and underscores, a letter first.`
    findings.error(element, `${path}/…/Namespace`, text)
  }
}

function checkLocales(resource: XmlElement, at: string, findings: Findings): void {
  const locales = new Set<string>()
  for (const override of childrenOf(resource, 'Override')) {
    const locale = (attributeOf(override, 'Locale') ?? '').toLowerCase()
    if (locales.has(locale)) findings.error(override, at, `There are two values for ${locale}: take one out.`)
    locales.add(locale)
  }
}
