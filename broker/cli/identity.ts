import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { Issuer } from '../identity/sign-in/sign-in-settings.ts'
import { systemClock } from '../kernel/system.ts'
import { withStores } from '../open.ts'
import type { IdentityRecord, UserRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'
import type { CommandContext } from './context.ts'
import { findUser } from './user.ts'

interface SubjectOptions {
  readonly issuer: string
  readonly subject?: string
  readonly tenant?: string
  readonly object?: string
}

/** `user …`: who there is, who may sign in, and with which identities. */
export function addIdentityCommands(program: Command, context: CommandContext): void {
  const user = program.command('user').description('users, and the identities that they sign in with')
  user
    .command('list')
    .description('show every user with the identities that are theirs')
    .action(() => withStores(context.load().config, (stores) => list(stores, context)))
  addActivation(user, context)
  addLinking(user, context)
}

function addActivation(user: Command, context: CommandContext): void {
  const commands = [
    {
      name: 'deactivate',
      isActive: false,
      description: 'end all of a user’s rights, at once',
      done: 'is not active now',
    },
    { name: 'activate', isActive: true, description: 'give a user’s rights back', done: 'is active' },
  ]
  for (const { name, isActive, description, done } of commands)
    user
      .command(name)
      .description(description)
      .argument('<user>')
      .action((userName: string) =>
        withStores(context.load().config, async (stores) => {
          const found = await findUser(stores, userName)
          await stores.users.setActive(found.id, isActive)
          context.print(`${found.name} ${done}.`)
        }),
      )
}

function addLinking(user: Command, context: CommandContext): void {
  const commands = [
    { name: 'link', description: 'let a user sign in with an identity', work: link },
    { name: 'unlink', description: 'take an identity from a user; sessions go on', work: unlink },
  ]
  for (const { name, description, work } of commands)
    user
      .command(name)
      .description(description)
      .argument('<user>')
      .requiredOption('--issuer <name>', 'the identity provider, by its name in the sign-in settings')
      .option('--tenant <guid>', 'Entra ID: the tenant')
      .option('--object <guid>', 'Entra ID: the user’s object id')
      .option('--subject <text>', 'any other provider: what its tokens have as `sub`')
      .action((userName: string, options: SubjectOptions) => {
        const { config } = context.load()
        const identity = readIdentity(config, options)
        return withStores(config, async (stores) => {
          context.print(await work(stores, await findUser(stores, userName), identity))
        })
      })
}

async function list(stores: Stores, context: CommandContext): Promise<void> {
  for (const user of await stores.users.list()) {
    context.print(`${user.name}  ${user.displayName}${user.isActive ? '' : '  (not active)'}`)
    for (const { issuer, subject } of await stores.identities.listOfUser(user.id))
      context.print(`    ${issuer}  ${subject}`)
  }
}

type Identity = Pick<IdentityRecord, 'issuer' | 'subject'>

async function link(stores: Stores, user: UserRecord, identity: Identity): Promise<string> {
  const record = { ...identity, userId: user.id, createdAtMs: systemClock.nowMs() }
  if (!(await stores.identities.link(record)))
    throw new BrokerError('identity-taken', 'This identity is another user’s: npx sheetbroker user list shows whose.')
  return `${user.name} signs in as ${identity.subject} of ${identity.issuer}.`
}

async function unlink(stores: Stores, user: UserRecord, identity: Identity): Promise<string> {
  if (!(await stores.identities.unlink({ ...identity, userId: user.id })))
    throw new BrokerError('not-found', `${user.name} has no such identity.`)
  return `${user.name} no longer signs in as ${identity.subject}. Sessions that are open go on.`
}

function readIdentity(config: Config, { issuer: name, ...options }: SubjectOptions): Identity {
  const issuer = config.SHEETBROKER_SIGN_IN.find((candidate) => candidate.name === name)
  if (!issuer) throw new BrokerError('not-found', `The sign-in settings have no issuer ${name}.`)
  return { issuer: issuer.id, subject: readSubject(issuer, options) }
}

function readSubject(
  { kind, name, tenants }: Issuer,
  { subject, tenant, object }: Omit<SubjectOptions, 'issuer'>,
): string {
  if (kind === 'openid') {
    if (subject === undefined || tenant !== undefined || object !== undefined)
      throw new BrokerError('request-invalid', `Name the user of ${name} with --subject.`)
    return subject
  }
  if (tenant === undefined || object === undefined || subject !== undefined)
    throw new BrokerError('request-invalid', `Name the user of ${name} with --tenant and --object.`)
  if (!tenants.has(tenant.toLowerCase()))
    throw new BrokerError('request-invalid', `The settings let no tenant ${tenant} in.`)
  return `${tenant.toLowerCase()}|${object.toLowerCase()}`
}
