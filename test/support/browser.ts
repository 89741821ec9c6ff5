// A real Chromium for tests on any Linux machine: an installed one where there is one, else the one inside an npm package.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

/** How the browser treats the storage of cross-site frames. */
export interface BrowserOptions {
  /** Takes cookies away from cross-site frames; what they store themselves stays, apart for each top-level site. */
  readonly blockThirdPartyStorage?: boolean
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

function installedBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path))
}

async function packagedBrowser(): Promise<string> {
  // The package unpacks its shared libraries only where it believes to run on a Lambda of this generation, and only
  // when this is set before it loads.
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x'
  const { default: packaged } = await import('@sparticuz/chromium')
  return await packaged.executablePath()
}

// The last such switch wins: this one leaves out `ThirdPartyStoragePartitioning`, which Playwright disables although it
// is what an Office web pane lives with.
const DISABLED_FEATURES = ['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'MediaRouter', 'OptimizationHints']

/**
 * Starts Chromium without a window; the caller closes it. For pages with a self-signed certificate open a context with
 * `ignoreHTTPSErrors: true`.
 */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const blocking = options.blockThirdPartyStorage === true ? ['--test-third-party-cookie-phaseout'] : []
  return await chromium.launch({
    executablePath: installedBrowser() ?? (await packagedBrowser()),
    args: ['--no-sandbox', '--no-zygote', `--disable-features=${DISABLED_FEATURES.join(',')}`, ...blocking],
  })
}
