// Ready definition files for vendors: presets/*.yaml, each with placeholders for what only the customer knows.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerError } from '../errors/broker-error.ts'

/** Something that the customer fills in. */
export interface Placeholder {
  readonly name: string
  readonly description: string
  /** What stands there when nothing is given. */
  readonly fallback: string | undefined
}

/** A definition file with placeholders such as `{{tenant}}`. */
export interface Preset {
  readonly name: string
  /** Vendor and what its datasets are about. */
  readonly title: string
  /** Where the vendor says publicly what the preset relies on. */
  readonly documentation: readonly string[]
  readonly placeholders: readonly Placeholder[]
  /** The file as it is. */
  readonly text: string
}

const folder = join(import.meta.dirname, '../../presets')
const placeholderLine = /^# \{\{(\w+)\}\}(?: = (.*?))?: (.+)$/

/** Every preset, by name. */
export function listPresets(): Preset[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return files.toSorted().map((file) => parsePreset(file.slice(0, -'.yaml'.length), readText(file)))
}

/** @throws {BrokerError} `not-found` with the names that exist */
export function findPreset(name: string): Preset {
  const presets = listPresets()
  const preset = presets.find((one) => one.name === name)
  if (preset) return preset
  const names = presets.map((one) => one.name).join(', ')
  throw new BrokerError('not-found', `There is no preset ${name}. There are: ${names}.`)
}

function readText(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

/** The heading of a preset: a title, links, and a line for each placeholder, all of them comments. */
function parsePreset(name: string, text: string): Preset {
  const lines = text.split('\n')
  return {
    name,
    text,
    title: (lines[0] ?? '').replace(/^# /, ''),
    documentation: lines.flatMap((line) => /^# documentation: (\S+)$/.exec(line)?.[1] ?? []),
    placeholders: lines.flatMap((line) => {
      const [whole, placeholder = '', fallback, description = ''] = placeholderLine.exec(line) ?? []
      return whole === undefined ? [] : [{ name: placeholder, fallback, description }]
    }),
  }
}

/** Whether a line of a preset says what a placeholder means, which a filled file needs no more. */
export function isPlaceholderLine(line: string): boolean {
  return placeholderLine.test(line)
}
