// Puts the add-in of this checkout into the Excel of this computer, or with `stop` takes it out: `npm run sideload`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const words = process.argv[2] === 'stop' ? ['stop', 'manifest.xml'] : ['start', 'manifest.xml', 'desktop']

if (process.platform === 'win32' || process.platform === 'darwin') {
  const program = fileURLToPath(import.meta.resolve('office-addin-debugging/cli.js'))
  const { status } = spawnSync(process.execPath, [program, ...words], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} else {
  console.error(
    'There is no Excel to sideload into on this system: use Windows or a Mac, upload manifest.xml in Excel on the web, or run npm run demo for the simulated Excel.',
  )
  process.exitCode = 1
}
