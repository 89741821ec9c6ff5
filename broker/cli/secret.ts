import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { readWebKeys } from '../crypto/key-files.ts'
import { sealSecret, sourceSecretBinding } from '../crypto/seal.ts'
import { sourceDefinition, type SourceDefinition } from '../dataset/source-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'
import { systemClock } from '../kernel/system.ts'
import { dataPaths, withStores } from '../open.ts'
import type { SecretRecord } from '../store/records.ts'
import type { Stores } from '../store/stores.ts'
import type { CommandContext } from './context.ts'

/** `secret …`: the secrets of sources, sealed to egress. They are never arguments, where other users of the machine would see them. */
export function addSecret(program: Command, context: CommandContext): void {
  const secret = program.command('secret').description('client secrets, private keys and certificates of sources')
  addSet(secret, context)
  secret
    .command('promote')
    .description('put the second secret in the first one’s place')
    .argument('<source>')
    .action((source: string) =>
      withStores(context.load().config, async (stores) => {
        await getSource(stores, source)
        if (!(await stores.secrets.promote(source)))
          throw new BrokerError(
            'secret-missing',
            `${source} has no second secret: npx sheetbroker secret set ${source} --second`,
          )
        context.print(`The second secret of ${source} is its first now; the old one is gone.`)
      }),
    )
  secret
    .command('remove')
    .description('remove the second secret')
    .argument('<source>')
    .action((source: string) =>
      withStores(context.load().config, async (stores) => {
        await getSource(stores, source)
        if (!(await stores.secrets.removeSecond(source)))
          throw new BrokerError('secret-missing', `${source} has no second secret.`)
        context.print(`The second secret of ${source} is gone.`)
      }),
    )
  secret
    .command('list')
    .description('show which secrets a source has and when they were set; never what they are')
    .argument('<source>')
    .action((source: string) =>
      withStores(context.load().config, async (stores) => {
        await getSource(stores, source)
        const [first, second] = await Promise.all([stores.secrets.find(source), stores.secrets.findSecond(source)])
        context.print(`first   ${describe(first)}`)
        context.print(`second  ${describe(second)}`)
      }),
    )
}

function addSet(secret: Command, context: CommandContext): void {
  secret
    .command('set')
    .description('set a source’s secret, typed or from standard input')
    .argument('<source>')
    .option('--second', 'beside the first one, which is tried before it: for the time of a rotation', false)
    .action(async (source: string, { second }: { second: boolean }) => {
      const { config } = context.load()
      const { sealingKey } = await readWebKeys(dataPaths(config).keys)
      await withStores(config, async (stores) => {
        const { auth } = await getSource(stores, source)
        const value = await readSecret(source, auth)
        // Loaded here alone, as everything that belongs to egress.
        const { checkSecret } = await import('../source/private-key.ts')
        checkSecret(auth, value)
        const sealed = await sealSecret(sealingKey, value, sourceSecretBinding(source))
        const record = { source, sealed, createdAtMs: systemClock.nowMs() }
        if (!second) await stores.secrets.put(record)
        else if (!(await stores.secrets.putSecond(record)))
          throw new BrokerError(
            'secret-missing',
            `${source} has no secret yet, so there is nothing to put another one beside.`,
          )
        context.print(`The ${second ? 'second ' : ''}secret of ${source} is set.`)
      })
    })
}

async function getSource(stores: Stores, name: string): Promise<SourceDefinition> {
  const source = await stores.definitions.findSource(name)
  if (!source) throw new BrokerError('not-found', `There is no source ${name}; npx sheetbroker apply defines sources.`)
  return sourceDefinition.parse(JSON.parse(source.definition))
}

function describe(secret: SecretRecord | undefined): string {
  return secret === undefined ? 'not set' : `set ${new Date(secret.createdAtMs).toISOString().slice(0, 16)}Z`
}

/** A source's secret, typed or from standard input. */
export async function readSecret(source: string, { method }: SourceDefinition['auth']): Promise<Secret> {
  const isMultiline = method === 'private_key_jwt' || method === 'tls_client_auth'
  if (process.stdin.isTTY && isMultiline)
    throw new BrokerError('request-invalid', `Give the file: npx sheetbroker secret set ${source} < key.pem`)
  const value = process.stdin.isTTY
    ? await askHidden(`Client secret of ${source}: `)
    : (await text(process.stdin)).replace(/\r?\n$/, '')
  if (value === '')
    throw new BrokerError(
      'request-invalid',
      `The secret is empty, and nothing was changed. Type it, or give it on standard input: < secret.txt`,
    )
  return new Secret(value)
}

async function askHidden(prompt: string): Promise<string> {
  process.stderr.write(prompt)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
