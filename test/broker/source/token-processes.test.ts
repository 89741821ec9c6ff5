import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stateEngines, type StateDatabase } from '../../support/state-engines.ts'
import { grantTokens } from './support/reading.ts'
import { Upstream, type Respond } from './support/upstream.ts'

const program = fileURLToPath(new URL('support/keeper-process.ts', import.meta.url))

describe.each(stateEngines)('egress processes on $name', (engine) => {
  async function start(respond: Respond): Promise<{ upstream: Upstream; run: () => ReturnType<typeof startProcess> }> {
    const upstream = await Upstream.start(respond)
    const database = await engine.create()
    const stores = await database.open()
    const source = { name: 'vendor', definition: '{}' }
    await stores.definitions.apply({ sources: [source], datasets: [], users: [], grants: [] }, String)
    await stores.close()
    onTestFinished(async () => {
      await upstream.stop()
      await database.remove()
    })
    return { upstream, run: () => startProcess(database, upstream.origin) }
  }

  test('five that race for a token share one', { timeout: 60_000 }, async () => {
    const { upstream, run } = await start(grantTokens(599))
    const printed = await Promise.all(Array.from({ length: 5 }, () => run().printed))
    expect(printed).toEqual(Array.from({ length: 5 }, () => 'token-1'))
    expect(upstream.requests).toHaveLength(1)
  })

  test('one that is killed while it asks is replaced within five seconds', { timeout: 60_000 }, async () => {
    const asked = Promise.withResolvers<undefined>()
    const grant = grantTokens(599)
    let calls = 0
    const { upstream, run } = await start((...exchange) => {
      calls += 1
      if (calls > 1) return grant(...exchange)
      asked.resolve(undefined)
    })
    const first = run()
    await asked.promise
    const second = run()
    first.child.kill('SIGKILL')
    const killedMs = performance.now()
    expect(await second.printed).toBe('token-1')
    // The second one also has to start.
    expect(performance.now() - killedMs).toBeLessThan(5_000 + 2_000)
    expect(upstream.requests).toHaveLength(2)
  })
})

function startProcess({ place }: StateDatabase, origin: string) {
  const database = 'url' in place ? place.url : place.path
  const child = spawn(process.execPath, [program, database, origin], { stdio: ['ignore', 'pipe', 'inherit'] })
  const printed = Promise.all([text(child.stdout), once(child, 'exit')]).then(([output]) => output)
  return { child, printed }
}
