import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { readWebKeys } from '../crypto/key-files.ts'
import { sealSecret, sourceSecretBinding } from '../crypto/seal.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { Secret } from '../kernel/secret.ts'
import { systemClock } from '../kernel/system.ts'
import { dataPaths, withStores } from '../open.ts'
import type { CommandContext } from './context.ts'

/** `secret set SOURCE`: seals a client secret to egress. It is never an argument, where other users of the machine would see it. */
export function addSecret(program: Command, context: CommandContext): void {
  program
    .command('secret')
    .description('client secrets of sources')
    .command('set')
    .description('set a source’s client secret, typed or from standard input')
    .argument('<source>')
    .action(async (source: string) => {
      const { config } = context.load()
      const { sealingKey } = await readWebKeys(dataPaths(config).keys)
      await withStores(config, async (stores) => {
        if (!(await stores.definitions.findSource(source)))
          throw new BrokerError('not-found', `There is no source ${source}; sheetbroker apply defines sources.`)
        const secret = await readSecret(`Client secret of ${source}: `)
        const sealed = await sealSecret(sealingKey, secret, sourceSecretBinding(source))
        await stores.secrets.put({ source, sealed, createdAtMs: systemClock.nowMs() })
        context.print(`The secret of ${source} is set.`)
      })
    })
}

async function readSecret(prompt: string): Promise<Secret> {
  const value = process.stdin.isTTY ? await askHidden(prompt) : (await text(process.stdin)).replace(/\r?\n$/, '')
  if (value === '') throw new BrokerError('request-invalid', 'The secret is empty; nothing was changed.')
  if (/[\r\n]/.test(value)) throw new BrokerError('request-invalid', 'The secret has several lines; give one alone.')
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
