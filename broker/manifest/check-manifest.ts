// What Office and the Microsoft 365 admin center refuse in an add-in-only manifest, found without sending the file anywhere.
import type { ManifestFinding } from './finding.ts'
import { namespaces } from './grammar.ts'
import type { IconSizeOf } from './icon-rules.ts'
import { checkOfficeRules } from './office-rules.ts'
import { checkSchema } from './schema-check.ts'
import { readXml, XmlError, type Position, type XmlElement } from './xml.ts'

/**
 * Every finding, in the order of the file; Office takes the manifest when none is an error. Icons' files are measured where `iconSizeOf`
 * knows them.
 */
export function checkManifest(xml: string, iconSizeOf: IconSizeOf = () => undefined): readonly ManifestFinding[] {
  let root: XmlElement
  try {
    root = readXml(xml)
  } catch (error) {
    if (error instanceof XmlError) return [broken(error.position, `This is no XML: ${error.message}`)]
    throw error
  }
  if (root.name !== 'OfficeApp' || root.namespace !== namespaces.app)
    return [broken(root.position, `The root must be OfficeApp, with xmlns="${namespaces.app}".`)]
  if (root.type?.name === 'MailApp')
    return [broken(root.position, 'This manifest is Outlook’s; the check knows those of Excel, Word and PowerPoint.')]
  const findings = [...checkSchema(root), ...checkOfficeRules(root, iconSizeOf)]
  return findings.sort((one, other) => one.line - other.line || one.column - other.column)
}

function broken(position: Position, message: string): ManifestFinding {
  return { line: position.line, column: position.column, at: '', message, level: 'error', rule: 'schema' }
}
