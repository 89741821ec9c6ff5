import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../../broker/main.ts', import.meta.url))
const definitions = `
sources:
  crm:
    baseUrl: https://crm.example.com
    auth: { method: client_secret_post, tokenUrl: https://crm.example.com/token, clientId: c }
  bank:
    baseUrl: https://bank.example.com
    auth: { method: private_key_jwt, tokenUrl: https://bank.example.com/token, clientId: c, algorithm: ES256 }
`

let directory: string

/** Runs a command as an administrator would. */
async function run(words: string[], input = ''): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env['PATH'], SHEETBROKER_DATA_DIR: directory, SHEETBROKER_LOG_LEVEL: 'warn' },
  })
  child.stdin.end(input)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: child.exitCode, output, errors }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sheetbroker-secret-'))
  await run(['init'])
  const { code, errors } = await run(['apply', '-'], definitions)
  if (code !== 0) throw new Error(errors)
}, 60_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

test('a rotation: set, set the second, list, promote', { timeout: 60_000 }, async () => {
  expect((await run(['secret', 'set', 'crm', '--second'], 'new')).errors).toContain('no secret yet')
  expect(await run(['secret', 'set', 'crm'], 'old secret\n')).toMatchObject({ code: 0 })
  expect(await run(['secret', 'set', 'crm', '--second'], 'new secret')).toMatchObject({ code: 0 })
  const both = await run(['secret', 'list', 'crm'])
  expect(both.output).toMatch(/^first {3}set \d{4}-\d\d-\d\dT\d\d:\d\dZ\nsecond {2}set \d{4}-/)
  expect(both.output).not.toContain('secret')
  expect(await run(['secret', 'promote', 'crm'])).toMatchObject({ code: 0 })
  expect((await run(['secret', 'list', 'crm'])).output).toContain('second  not set')
  expect(await run(['secret', 'promote', 'crm'])).toMatchObject({ code: 1 })
  expect((await run(['secret', 'list', 'nobody'])).errors).toContain('There is no source nobody')
})

test('a private key is checked when it is set, and not quoted', { timeout: 60_000 }, async () => {
  const pem = (namedCurve: string): string =>
    generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(await run(['secret', 'set', 'bank'], pem('P-256'))).toMatchObject({ code: 0 })
  const unfit = await run(['secret', 'set', 'bank'], pem('P-384'))
  expect(unfit).toMatchObject({ code: 1 })
  expect(unfit.errors).toContain('P-256')
  const word = await run(['secret', 'set', 'bank'], 'hunter2')
  expect(word.errors).toContain('no private key')
  expect(word.errors).not.toContain('hunter2')
  expect((await run(['secret', 'set', 'crm'], 'two\nlines')).errors).toContain('several lines')
})

test('a file without anything in it is no success', { timeout: 60_000 }, async () => {
  const { code, errors } = await run(['apply', '-'], '# nothing yet\n')
  expect({ code, errors }).toEqual({
    code: 1,
    errors: 'There are no sources, datasets, users or grants in the file.\n',
  })
})
