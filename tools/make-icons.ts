// Draws the add-in's icons from addin/public/icons/icon.svg, in the sizes that Office asks for: `node tools/make-icons.ts`.
import { readFile, writeFile } from 'node:fs/promises'
import { launchBrowser } from '../test/support/browser.ts'

const folder = new URL('../addin/public/icons/', import.meta.url)
const sizes = [16, 32, 64, 80]

const svg = await readFile(new URL('icon.svg', folder), 'utf8')
const browser = await launchBrowser()
try {
  for (const size of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
    await writeFile(new URL(`icon-${size}.png`, folder), await page.screenshot({ omitBackground: true }))
    await page.close()
  }
} finally {
  await browser.close()
}
