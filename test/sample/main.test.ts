import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'

const MAIN = fileURLToPath(new URL('../../sample/main.ts', import.meta.url))
const ready = z.object({ url: z.url(), tokenUrl: z.url(), clientId: z.string(), clientSecret: z.string() })

test('prints one line of JSON when ready, serves, and ends cleanly on SIGTERM', async () => {
  const options = ['--candidates', '50', '--token-seconds', '5', '--client-id', 'mine', '--client-secret', 'hush']
  const child = spawn(process.execPath, [MAIN, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { url, tokenUrl, clientId, clientSecret } = ready.parse(JSON.parse(line.toString()))
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const token = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) })
  expect(await token.json()).toMatchObject({ expires_in: 5 })
  const truth = await fetch(`${url}/_sample/records`)
  expect(await truth.json()).toMatchObject({ set: 'candidates', count: 50 })
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

test.each([
  ['--candidates', 'many'],
  ['--today', '2026-02-30'],
  ['--colour', 'red'],
])('does not start with %s %s', async (...args) => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual([1, null])
})
