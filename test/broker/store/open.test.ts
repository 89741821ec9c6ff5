import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../../broker/kernel/log.ts'
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemClock, systemRandom } from '../../../broker/kernel/system.ts'
import { openPostgresStores } from '../../../broker/store/postgres.ts'
import { openSqliteStores } from '../../../broker/store/sqlite.ts'
import {
  createPostgresState,
  createSqliteState,
  stateEngines,
  type StateDatabase,
} from '../../support/state-engines.ts'
import { defineSome, useStores } from '../../support/stores-in-test.ts'

const script = fileURLToPath(new URL('open-state.ts', import.meta.url))

function openElsewhere(database: StateDatabase, user: string): ChildProcess {
  const place = 'url' in database.place ? database.place.url : database.place.path
  return spawn(process.execPath, [script, place, user], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Of several that opened the database at once, one made the tables. */
async function expectEachMigrationOnce(database: StateDatabase): Promise<void> {
  const names = (await database.query('select name from sheetbroker_migrations')).map((row) => JSON.stringify(row))
  expect(names).toContain('{"name":"0001-initial"}')
  expect(new Set(names).size).toBe(names.length)
}

describe.each(stateEngines)('opening a new database on $name', (engine) => {
  let database: StateDatabase
  beforeEach(async () => {
    database = await engine.create()
  })
  afterEach(() => database.remove())

  test('works from four processes at once, each then writing', async () => {
    const exits = ['a', 'b', 'c', 'd'].map(async (user) => {
      const [code] = (await once(openElsewhere(database, user), 'exit')) as [number | null]
      return code
    })
    expect(await Promise.all(exits)).toEqual([0, 0, 0, 0])
    const stores = await database.open()
    expect((await stores.users.list()).map((user) => user.name)).toEqual(['a', 'b', 'c', 'd'])
    await stores.close()
    await expectEachMigrationOnce(database)
  })

  test('works ten times at once in one process', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => database.open()))
    await Promise.all(all.map((stores) => stores.ping()))
    await Promise.all(all.map((stores) => stores.close()))
    await expectEachMigrationOnce(database)
  })

  test('works after processes were killed while they opened it', async () => {
    for (let round = 0; round < 5; round++) {
      const child = openElsewhere(database, `killed-${round}`)
      const ended = once(child, 'exit')
      const [said] = (await once(child.stdout!, 'data')) as [Buffer]
      expect(said.toString()).toContain('opening')
      // A little later each round; where exactly it dies must not matter.
      for (let turn = 0; turn < round * 40; turn++) await new Promise(setImmediate)
      child.kill('SIGKILL')
      await ended
    }
    const stores = await database.open()
    const { anna } = await defineSome(stores)
    expect(await stores.users.get(anna)).toBeDefined()
    await stores.close()
    await expectEachMigrationOnce(database)
  })

  test('is refused when a newer version made it', async () => {
    await (await database.open()).close()
    await database.query(`insert into sheetbroker_migrations (name, timestamp) values ('9999-future', '2030-01-01')`)
    await expect(database.open()).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('newer version') as string,
    })
  })
})

describe('openSqliteStores', () => {
  let database: Awaited<ReturnType<typeof createSqliteState>>
  beforeEach(async () => {
    database = await createSqliteState()
  })
  afterEach(() => database.remove())

  test('makes a file that only its owner can read, and nobody without the key', async () => {
    const stores = await database.open()
    await defineSome(stores)
    await stores.close()
    expect(statSync(database.path).mode & 0o777).toBe(0o600)
    const bytes = readFileSync(database.path)
    expect(bytes.length).toBeGreaterThan(4_096)
    for (const text of ['SQLite format', 'Anna A.', 'crm.example.com', 'create table'])
      expect(bytes.includes(text)).toBe(false)
  })

  test.each([
    { name: 'another data key', dataKey: new Uint8Array(32).fill(8), damage: () => undefined },
    {
      name: 'a damaged file',
      dataKey: new Uint8Array(32).fill(7),
      damage: (path: string) => writeFileSync(path, 'This is no database. '.repeat(400)),
    },
  ])('refuses $name', async ({ dataKey, damage }) => {
    await (await database.open()).close()
    damage(database.path)
    const opening = openSqliteStores({ path: database.path, dataKey, clock: systemClock, random: systemRandom })
    await expect(opening).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  test('refuses a folder that does not exist', async () => {
    const path = `${database.path}/none/state.db`
    const dataKey = new Uint8Array(32)
    const opening = openSqliteStores({ path, dataKey, clock: systemClock, random: systemRandom })
    await expect(opening).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  test.skipIf(process.getuid?.() === 0)('refuses a file that it may not write', async () => {
    await (await database.open()).close()
    chmodSync(database.path, 0o400)
    await expect(database.open()).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  test('closes with everything in one file', async () => {
    const stores = await database.open()
    await defineSome(stores)
    await stores.close()
    expect(() => statSync(`${database.path}-wal`)).toThrow('ENOENT')
  })
})

describe('openPostgresStores', () => {
  test('says that the server is away, and nothing of the password', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    const url = new Secret(`postgres://broker:hunter2@127.0.0.1:${port}/state`)
    const opening = openPostgresStores({ url, random: systemRandom, log: silentLog })
    await expect(opening).rejects.toMatchObject({ code: 'store-unavailable' })
    await expect(opening).rejects.not.toThrow(/hunter2|ECONNREFUSED/)
  })

  test('says so when the password is wrong', async () => {
    const database = await createPostgresState()
    const url = new URL('url' in database.place ? database.place.url : '')
    url.password = 'wrong'
    const opening = openPostgresStores({ url: new Secret(url.href), random: systemRandom, log: silentLog })
    await expect(opening).rejects.toMatchObject({ code: 'store-unavailable' })
    await database.remove()
  })

  test('goes on after the server ended its connections', async () => {
    const database = await createPostgresState()
    const lost: string[] = []
    const log: Log = { ...silentLog, warn: (event) => lost.push(event) }
    const url = new Secret('url' in database.place ? database.place.url : '')
    const stores = await openPostgresStores({ url, random: systemRandom, log })
    await Promise.all(Array.from({ length: 5 }, () => stores.ping()))
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    // A connection whose end has not arrived yet may fail once; a store that stays broken never becomes ready.
    await expect
      .poll(() =>
        stores.ping().then(
          () => 'ready',
          () => 'lost',
        ),
      )
      .toBe('ready')
    expect(lost).toContain('database connection lost')
    await stores.close()
    await database.remove()
  })
})

describe.each(stateEngines)('ping on $name', (engine) => {
  const state = useStores(engine)

  test('answers while the database does', async () => {
    await expect(state.stores.ping()).resolves.toBeUndefined()
  })
})
