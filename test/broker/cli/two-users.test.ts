// Web and egress under users of their own, and egress that is not there: what the command line does without the other's keys.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { DemoBroker } from '../../../demo/demo-broker.ts'
import { startSample } from '../../../sample/sample.ts'

const slow = { timeout: 120_000 }
let broker: DemoBroker
let environment: Record<string, string>

beforeEach(async () => {
  const sample = await startSample({ candidates: 100 })
  broker = new DemoBroker()
  onTestFinished(async () => {
    await broker.stop()
    await sample.stop()
  })
  environment = { SHEETBROKER_ALLOW_ADDRESSES: '127.0.0.0/8', SHEETBROKER_PORT: '0' }
  const { clientId, clientSecret, tokenUrl } = sample
  await broker.run(['init'])
  const definitions = {
    sources: {
      api: {
        baseUrl: sample.url,
        auth: { method: 'client_secret_post', tokenUrl, clientId, scope: 'publicdata-read' },
      },
    },
    datasets: {
      movies: {
        source: 'api',
        request: { path: '/public/movies' },
        paging: { type: 'next-link', next: '/@odata.nextLink' },
        records: '/value',
        key: ['MovieId'],
      },
    },
  }
  await broker.run(['apply', '-'], { input: JSON.stringify(definitions), environment })
  await broker.run(['secret', 'set', 'api'], { input: clientSecret })
})

async function withoutKey(name: string): Promise<void> {
  await rm(join(await broker.directory(), 'keys', name))
}

test('the doctor needs no key of web', slow, async () => {
  await withoutKey('web.key')
  expect(await broker.run(['doctor', 'api'], { environment })).toContain('api is well')
})

test('without the key of egress, start and pull end and say what to do, instead of trying for ever', slow, async () => {
  await withoutKey('seal.private.jwk.json')
  const says = /seal\.private\.jwk\.json does not exist[\s\S]*SHEETBROKER_EGRESS=none/
  await expect(broker.run(['start'], { environment })).rejects.toThrow(says)
  await expect(broker.run(['pull', 'movies', '--watch'], { environment })).rejects.toThrow(says)
})

test('a pull is read although egress died a moment ago', slow, async () => {
  const egress = spawn(process.execPath, [join(import.meta.dirname, '../../../broker/main.ts'), 'egress'], {
    env: { ...environment, SHEETBROKER_DATA_DIR: await broker.directory(), SHEETBROKER_LOG_LEVEL: 'silent' },
    stdio: 'inherit',
  })
  await expect.poll(() => broker.run(['pull', 'movies'], { environment }).catch(() => ''), slow).toContain('Pull')
  const died = once(egress, 'exit')
  egress.kill('SIGKILL')
  await died
  await wait(1_000)
  expect(await broker.run(['pull', 'movies', '--watch'], { environment })).toContain('movies is at revision')
})
