import { isScalar, parseDocument, visit } from 'yaml'
import { BrokerError } from '../errors/broker-error.ts'
import { isPlaceholderLine, type Preset } from './preset.ts'

const placeholder = /\{\{(\w+)\}\}/g

/**
 * The preset as a definition file, with `values` in the places of its placeholders. Each value stays one text of the file, whatever
 * signs it has; everything else stays as it was written, comments too.
 *
 * @throws {BrokerError} `request-invalid` naming every value that is missing, unknown or empty
 */
export function fillPreset(preset: Preset, values: ReadonlyMap<string, string>): string {
  const filled = new Map(
    preset.placeholders.flatMap(({ name, fallback }) => {
      const value = values.get(name) ?? fallback
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
  refuseMistakes(preset, values, filled)
  const text = preset.text
    .split('\n')
    .filter((line) => !isPlaceholderLine(line))
    .join('\n')
  return replaceScalars(text.replace('#\n#\n', '#\n'), (scalar) =>
    scalar.replace(placeholder, (_whole, name: string) => filled.get(name) ?? ''),
  )
}

function refuseMistakes(
  preset: Preset,
  values: ReadonlyMap<string, string>,
  filled: ReadonlyMap<string, string>,
): void {
  const known = new Set(preset.placeholders.map(({ name }) => name))
  const missing = preset.placeholders.filter(({ name }) => !filled.has(name))
  const mistakes = [
    ...missing.map(({ name, description }) => `${name} is missing: --set ${name}=...  ${description}`),
    ...[...values.keys()].filter((name) => !known.has(name)).map((name) => `${name} is no value of ${preset.name}.`),
    ...[...values].filter(([, value]) => value.trim() === '').map(([name]) => `${name} is empty.`),
    ...[...values].filter(([, value]) => /\p{Cc}/u.test(value)).map(([name]) => `${name} must be one line.`),
  ]
  if (mistakes.length > 0) throw new BrokerError('request-invalid', mistakes.join('\n'))
}

/** Rewrites the texts of a YAML document where they stand, so that its layout and its comments stay. */
function replaceScalars(text: string, replace: (scalar: string) => string): string {
  const edits: { readonly start: number; readonly end: number; readonly written: string }[] = []
  visit(parseDocument(text), (_key, node) => {
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return
    const value = replace(node.value)
    if (value !== node.value) edits.push({ start: node.range[0], end: node.range[1], written: writeScalar(value) })
  })
  return edits
    .toSorted((one, other) => other.start - one.start)
    .reduce((edited, { start, end, written }) => edited.slice(0, start) + written + edited.slice(end), text)
}

/** Plain where nothing in it means something to YAML, or could be taken for a number or a boolean. */
function writeScalar(value: string): string {
  const isPlain = /^(?:https:\/\/|\/)[\w./~()-]+$/.test(value)
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`
}
