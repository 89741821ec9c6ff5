import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parseDefinitionFile, type KnownNames } from '../dataset/definition-file.ts'
import { datasetDefinition, type DefinitionFile } from '../dataset/definition.ts'
import { sourceDefinition } from '../dataset/source-definition.ts'
import { endpointsOf } from '../dataset/source-endpoints.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { withStores } from '../open.ts'
import type { AppliedDefinitions, Stores } from '../store/stores.ts'
import type { CommandContext } from './context.ts'
import { unreadable } from './unreadable.ts'

/** `apply FILE`: takes sources, datasets, users and grants from a YAML file, all or nothing. */
export function addApply(program: Command, context: CommandContext): void {
  program
    .command('apply')
    .description('take sources, datasets, users and grants from a YAML file')
    .argument('<file>', 'the definition file; - reads standard input')
    .action(async (file: string) => {
      const { config } = context.load()
      const text = readText(file)
      await withStores(config, async (stores) => {
        const definitions = parseDefinitionFile(text, await readKnownNames(stores))
        if (Object.values(definitions).every((part) => Object.keys(part as object).length === 0))
          throw new BrokerError(
            'definition-invalid',
            `There are no sources, datasets, users or grants in ${file === '-' ? 'the file' : file}.`,
          )
        const changes = await stores.definitions.apply(toRecords(definitions), (source) =>
          endpointsOf(sourceDefinition.parse(JSON.parse(source))),
        )
        for (const name of changes.added) context.print(`added      ${name}`)
        for (const name of changes.changed) context.print(`changed    ${name}`)
        context.print(`${changes.unchanged.length} unchanged`)
        for (const name of changes.secretsCleared)
          context.print(`The secret of ${name} was cleared, because its address or client changed.`)
        await printMissingSecrets(stores, context)
      })
    })
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    throw unreadable('definition-invalid', file, cause)
  }
}

async function readKnownNames(stores: Stores): Promise<KnownNames> {
  const [sources, datasets, users] = await Promise.all([
    stores.definitions.listSources(),
    stores.definitions.listDatasets(),
    stores.users.list(),
  ])
  return {
    sources: new Set(sources.map((source) => source.name)),
    datasets: new Map(datasets.map(({ name, definition }) => [name, datasetDefinition.parse(JSON.parse(definition))])),
    users: new Set(users.map((user) => user.name)),
  }
}

function toRecords(file: DefinitionFile): AppliedDefinitions {
  return {
    sources: Object.entries(file.sources).map(([name, source]) => ({ name, definition: JSON.stringify(source) })),
    datasets: Object.entries(file.datasets).map(([name, dataset]) => ({
      name,
      source: dataset.source,
      definition: JSON.stringify(dataset),
    })),
    users: Object.entries(file.users).map(([name, user]) => ({ name, displayName: user.displayName ?? name })),
    grants: file.grants.map(({ user, dataset, columns }) => ({ user, dataset, columns })),
  }
}

async function printMissingSecrets(stores: Stores, context: CommandContext): Promise<void> {
  for (const { name } of await stores.definitions.listSources()) {
    if (!(await stores.secrets.find(name)))
      context.print(`The source ${name} has no client secret yet: npx sheetbroker secret set ${name}`)
  }
}
