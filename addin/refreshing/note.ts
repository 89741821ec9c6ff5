// What the add-in remembers in the workbook itself, as JSON in a custom XML part: it goes where the file goes.
import type { Workbook } from '../workbook.ts'

/** The note of this namespace, as far as it is one; undefined when there is none. */
export async function readNote(workbook: Workbook, namespace: string): Promise<unknown> {
  const [xml = ''] = await workbook.readParts(namespace)
  const start = xml.indexOf('{', xml.indexOf('>', xml.indexOf('<note')))
  const end = xml.lastIndexOf('}')
  if (start < 0 || end < start) return undefined
  try {
    return JSON.parse(xml.slice(start, end + 1))
  } catch {
    // Another program's, or cut off: as good as none.
    return undefined
  }
}

/** Replaces the note. `value` is an object. */
export async function writeNote(workbook: Workbook, namespace: string, value: object): Promise<void> {
  // Only characters that mean the same in XML and in JSON, whatever a program makes of the part when it saves it.
  const json = JSON.stringify(value).replaceAll(
    /[^ !"#$%'-;=?-~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  await workbook.editPart(namespace, () => `<note xmlns="${namespace}">${json}</note>`)
}

/** The value as an object of unknown members. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
