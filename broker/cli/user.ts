import type { Command } from 'commander'
import { datasetDefinition } from '../dataset/definition.ts'
import { parseStoredColumns } from '../dataset/stored-columns.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { createInvitation } from '../identity/invitation.ts'
import { systemClock, systemRandom } from '../kernel/system.ts'
import { withStores } from '../open.ts'
import type { UserRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'
import type { CommandContext } from './context.ts'
import { findDataset } from './find-dataset.ts'

const dayMs = 86_400_000

/** `invite`, `grant`, `revoke`: what an administrator does for one user. */
export function addUserCommands(program: Command, context: CommandContext): void {
  program
    .command('invite')
    .description('print a one-time code with which a user signs in')
    .argument('<user>')
    .action((user: string) => invite(user, context))
  program
    .command('grant')
    .description('let a user read a dataset')
    .argument('<user>')
    .argument('<dataset>')
    .option('--columns <names>', 'only these columns, separated by commas; the key must be among them')
    .action((user: string, dataset: string, options: { columns?: string }) => grant(user, dataset, options, context))
  program
    .command('revoke')
    .description('take a user’s grant of a dataset back')
    .argument('<user>')
    .argument('<dataset>')
    .action((user: string, dataset: string) => revoke(user, dataset, context))
}

async function invite(name: string, context: CommandContext): Promise<void> {
  const { config } = context.load()
  await withStores(config, async (stores) => {
    const user = await findUser(stores, name)
    const { code, expiresAtMs } = await createInvitation(user, {
      invitations: stores.invitations,
      clock: systemClock,
      random: systemRandom,
      lifetimeMs: config.SHEETBROKER_INVITATION_DAYS * dayMs,
    })
    context.print(code)
    context.print(`For ${user.name}, once, until ${new Date(expiresAtMs).toISOString()}. It is not shown again.`)
  })
}

async function grant(
  name: string,
  dataset: string,
  options: { columns?: string },
  context: CommandContext,
): Promise<void> {
  const { config } = context.load()
  await withStores(config, async (stores) => {
    const user = await findUser(stores, name)
    const columns = options.columns?.split(',').map((column) => column.trim())
    const record = await findDataset(stores, dataset)
    const { key } = datasetDefinition.parse(JSON.parse(record.definition))
    const missing = columns && key.filter((column) => !columns.includes(column))
    if (missing && missing.length > 0)
      throw new BrokerError('request-invalid', `Add the key (${missing.join(', ')}): refreshing goes by it.`)
    const known = parseStoredColumns(record.columns).map((column) => column.name)
    const unknown = known.length === 0 ? [] : (columns ?? []).filter((column) => !known.includes(column))
    if (unknown.length > 0)
      throw new BrokerError(
        'request-invalid',
        `${dataset} has no column ${unknown.join(', ')}. It has: ${known.join(', ')}.`,
      )
    const isChanged = await stores.users.grant({ userId: user.id, dataset, columns })
    context.print(isChanged ? `${user.name} may read ${dataset}.` : `${user.name} may read ${dataset} already.`)
  })
}

async function revoke(name: string, dataset: string, context: CommandContext): Promise<void> {
  await withStores(context.load().config, async (stores) => {
    const user = await findUser(stores, name)
    await findDataset(stores, dataset)
    const isChanged = await stores.users.revoke(user.id, dataset)
    context.print(
      isChanged ? `${user.name} may no longer read ${dataset}.` : `${user.name} had no grant of ${dataset}.`,
    )
  })
}

/** @throws {BrokerError} `not-found` */
export async function findUser(stores: Stores, name: string): Promise<UserRecord> {
  const user = await stores.users.find(name)
  if (!user)
    throw new BrokerError(
      'not-found',
      `There is no user ${name}: add it under users in a definition file and apply that. npx sheetbroker user list shows who there is.`,
    )
  return user
}
