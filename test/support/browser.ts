// A real Chromium for tests on any Linux machine: an installed one where there is one, else the one inside an npm package.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

/** How the browser treats the storage of cross-site frames. */
export interface BrowserOptions {
  /** Takes cookies away from cross-site frames; what they store themselves stays, apart for each top-level site. */
  readonly blockThirdPartyStorage?: boolean
  /** A host name that means this machine. */
  readonly host?: string
  /** Compiles each script anew, as when it is met for the first time, though another page of this browser had it before. */
  readonly forgetsScripts?: boolean
}

interface Executable {
  readonly path: string
  readonly environment: Readonly<Record<string, string>>
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

// The last such switch wins: this one leaves out `ThirdPartyStoragePartitioning`, which Playwright disables although it
// is what an Office web pane lives with.
const DISABLED_FEATURES = ['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'MediaRouter', 'OptimizationHints']

const UNPACK = `const { default: packaged } = await import(process.argv[1]); await packaged.executablePath()`

function installedBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path))
}

// The package's own settings name folders of a Lambda.
function fontSettings(folder: string): string {
  const folders = [join(folder, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('')
  const cache = `<cachedir>${join(folder, 'fonts-cache')}</cachedir>`
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}${cache}</fontconfig>`
}

/**
 * Unpacks the package into a folder that appears complete or not at all: test files run side by side, and one must never
 * start a browser that another is still writing.
 */
async function unpackBrowser(module: string, folder: string): Promise<void> {
  const staging = await mkdtemp(`${folder}-`)
  // The package writes to the temporary folder, and brings its shared libraries only where it believes to run on a
  // Lambda of this generation; a process of its own keeps both settings out of the tests.
  const env = { ...process.env, TMPDIR: staging, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' }
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', UNPACK, module], { env })
  await writeFile(join(staging, 'fonts', 'fonts.conf'), fontSettings(folder))
  try {
    await rename(staging, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    // Another process was first; its copy is as good.
    await rm(staging, { recursive: true })
  }
}

async function packagedBrowser(): Promise<Executable> {
  const module = import.meta.resolve('@sparticuz/chromium')
  const archive = await stat(new URL('../bin/chromium.br', module))
  const edition = createHash('sha256').update(`${module} ${archive.size}`).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `test-chromium-${edition}`)
  if (!existsSync(folder)) await unpackBrowser(module, folder)
  return {
    path: join(folder, 'chromium'),
    environment: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
  }
}

async function findBrowser(): Promise<Executable> {
  const installed = installedBrowser()
  return installed === undefined ? await packagedBrowser() : { path: installed, environment: {} }
}

/**
 * Starts Chromium without a window; the caller closes it. For pages with a self-signed certificate open a context with
 * `ignoreHTTPSErrors: true`.
 */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { path, environment } = await findBrowser()
  const blocking = options.blockThirdPartyStorage === true ? ['--test-third-party-cookie-phaseout'] : []
  const forgetting = options.forgetsScripts === true ? ['--js-flags=--no-compilation-cache'] : []
  const hosts = options.host === undefined ? [] : [`--host-resolver-rules=MAP ${options.host} 127.0.0.1`]
  return await chromium.launch({
    executablePath: path,
    args: [
      ...['--no-sandbox', '--no-zygote', `--disable-features=${DISABLED_FEATURES.join(',')}`],
      ...[...blocking, ...forgetting, ...hosts],
    ],
    env: { ...process.env, ...environment },
  })
}
