import type { HttpAnswer } from './http-caller.ts'
import { findAt, isJsonObject, parseJson, type JsonValue } from './json.ts'

/** The explanation that an error answer gives at the first of `pointers` that holds a text; never the body as such. */
export function findDetail(answer: HttpAnswer, pointers: readonly string[]): string {
  let body: JsonValue
  try {
    body = parseJson(answer.body)
  } catch {
    return '' // Whatever it is, it is no explanation that can be quoted.
  }
  if (!isJsonObject(body) && !Array.isArray(body)) return ''
  return pointers.map((pointer) => findAt(body, pointer)).find((value) => typeof value === 'string') ?? ''
}
