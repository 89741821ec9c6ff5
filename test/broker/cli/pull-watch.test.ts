import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { DemoBroker } from '../../../demo/demo-broker.ts'

const main = join(import.meta.dirname, '../../../broker/main.ts')

test('Ctrl+C in a pull says what becomes of it', { timeout: 60_000 }, async () => {
  const asked = Promise.withResolvers<undefined>()
  const silent = createServer(() => asked.resolve(undefined)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const broker = new DemoBroker()
  onTestFinished(async () => {
    silent.closeAllConnections()
    silent.close()
    await broker.stop()
  })
  const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  await broker.run(['init'])
  const definitions = {
    sources: {
      api: { baseUrl, auth: { method: 'client_secret_post', tokenUrl: `${baseUrl}/token`, clientId: 'a' } },
    },
    datasets: { people: { source: 'api', request: { path: '/people' }, paging: { type: 'none' }, key: ['id'] } },
  }
  await broker.run(['apply', '-'], { input: JSON.stringify(definitions) })
  await broker.run(['secret', 'set', 'api'], { input: 'secret' })
  const pull = spawn(process.execPath, [main, 'pull', 'people', '--watch'], {
    env: { SHEETBROKER_DATA_DIR: await broker.directory(), SHEETBROKER_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await asked.promise
  pull.kill('SIGINT')
  const [errors] = await Promise.all([text(pull.stderr), once(pull, 'exit')])
  expect(errors).toBe(
    'Stopped. The pull is begun anew by the next egress process: npx sheetbroker start, or pull again.\n',
  )
  expect(pull.exitCode).toBe(1)
})
