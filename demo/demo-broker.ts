import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const program = join(import.meta.dirname, '../broker/main.ts')

/** How a command of the broker is to be run. */
export interface CommandOptions {
  /** What the command reads from standard input. */
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** A broker of its own in a temporary directory, used through its command line as an administrator would. */
export class DemoBroker {
  #directory: string | undefined
  #server: ChildProcess | undefined

  /** Its data directory. */
  async directory(): Promise<string> {
    return (this.#directory ??= await mkdtemp(join(tmpdir(), 'sheetbroker-demo-')))
  }

  /** What `sheetbroker <words>` prints. Rejects with its error text when it fails. */
  async run(words: readonly string[], options: CommandOptions = {}): Promise<string> {
    const child = await this.#spawn(words, options.environment)
    child.stdin?.end(options.input ?? '')
    const [output, errors, [code]] = await Promise.all([
      child.stdout ? text(child.stdout) : '',
      child.stderr ? text(child.stderr) : '',
      once(child, 'exit') as Promise<[number | null]>,
    ])
    if (code !== 0) throw new Error(`sheetbroker ${words.join(' ')} failed:\n${errors}`)
    return output
  }

  /** Starts `sheetbroker start` on a free port; resolves with the URL it listens on. */
  async start(environment: Readonly<Record<string, string>>): Promise<string> {
    const child = await this.#spawn(['start', '--port', '0'], environment)
    this.#server = child
    child.stderr?.pipe(process.stderr)
    if (!child.stdout) throw new Error('The broker has no standard output.')
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^Listening on (\S+)/.exec(line)?.[1]
      if (url) {
        child.stdout.resume()
        return url
      }
    }
    throw new Error('The broker stopped before it listened.')
  }

  /** Ends the broker and removes its directory. */
  async stop(): Promise<void> {
    if (this.#server && this.#server.exitCode === null) {
      const ended = once(this.#server, 'exit')
      this.#server.kill('SIGTERM')
      await ended
    }
    if (this.#directory) await rm(this.#directory, { recursive: true, force: true })
  }

  async #spawn(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
    return spawn(process.execPath, [program, ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...withoutSettings(process.env),
        SHEETBROKER_DATA_DIR: await this.directory(),
        SHEETBROKER_LOG_LEVEL: 'warn',
        ...environment,
      },
    })
  }
}

/** The demo's broker must not take the settings of a real one on this machine: its database would get the sample's data. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('SHEETBROKER_')))
}
