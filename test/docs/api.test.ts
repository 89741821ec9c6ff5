import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { BrokerInTest, people } from '../broker/http/broker-in-test.ts'

const page = readFileSync(new URL('../../docs/API.md', import.meta.url), 'utf8')

test('the program in docs/API.md reads a dataset', async () => {
  const program = /^```js\n(?<code>[^]*?)^```$/m.exec(page)!.groups!['code']!
  const broker = await BrokerInTest.start()
  try {
    broker.clock.setWallClock(Date.now())
    await broker.pull(people(2_500))
    const path = join(broker.directory, 'read.mjs')
    await writeFile(path, program)
    const run = await promisify(execFile)(process.execPath, [path, broker.url, await broker.invite(), 'people'])
    const read = JSON.parse(run.stdout) as { revision: number; rows: unknown[] }
    expect(read.revision).toBe(1)
    expect(read.rows).toEqual(people(2_500))
    expect(run.stderr).toBe('')
  } finally {
    await broker.stop()
  }
})

test('docs/API.md names every address of the API', async () => {
  const broker = await BrokerInTest.start()
  try {
    const answer = await fetch(`${broker.url}/openapi.json`)
    const { paths } = (await answer.json()) as { paths: Record<string, unknown> }
    for (const path of Object.keys(paths).filter((name) => name.startsWith('/api/'))) expect(page).toContain(path)
  } finally {
    await broker.stop()
  }
})
