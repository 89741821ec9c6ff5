import { InvalidArgumentError, type Command } from 'commander'
import { parseDefinitionFile } from '../dataset/definition-file.ts'
import { fillPreset } from '../preset/fill-preset.ts'
import { findPreset, listPresets } from '../preset/preset.ts'
import type { CommandContext } from './context.ts'

/** `preset list|show|fill`: ready definition files for vendors. */
export function addPreset(program: Command, context: CommandContext): void {
  const preset = program.command('preset').description('ready definition files for vendors')
  preset
    .command('list')
    .description('name every preset')
    .action(() => {
      const presets = listPresets()
      const width = Math.max(...presets.map(({ name }) => name.length))
      for (const { name, title } of presets) context.print(`${name.padEnd(width)}  ${title}`)
    })
  preset
    .command('show')
    .description('print a preset as it is, with its links and what it needs')
    .argument('<name>')
    .action((name: string) => context.print(findPreset(name).text.trimEnd()))
  preset
    .command('fill')
    .description('print a preset as a definition file that apply takes')
    .argument('<name>')
    .option('--set <name=value>', 'the value of a placeholder; several times', collectValue, new Map<string, string>())
    .action((name: string, { set }: { set: ReadonlyMap<string, string> }) => {
      const text = fillPreset(findPreset(name), set)
      // A value that makes a wrong address is told here and now, not when the file is applied.
      parseDefinitionFile(text, { sources: new Set(), datasets: new Map(), users: new Set() })
      context.print(text.trimEnd())
    })
}

function collectValue(text: string, values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('Write name=value.')
  if (/secret|password/i.test(name))
    throw new InvalidArgumentError('No preset holds a secret: npx sheetbroker secret set asks for it.')
  return new Map([...values, [name, value]])
}
