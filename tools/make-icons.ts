// Draws the add-in's icons from addin/icons/*.svg and the served icon.svg, in the sizes that Office asks for: `node tools/make-icons.ts`.
import { readFile, writeFile } from 'node:fs/promises'
import { launchBrowser } from '../test/support/browser.ts'

const drawingFolder = new URL('../addin/icons/', import.meta.url)
const iconFolder = new URL('../addin/public/icons/', import.meta.url)

/** Each small size has its own drawing, whose edges lie on pixels; a scaled one would blur. */
const drawings = [
  ...[16, 20, 24].map((size) => ({ svg: `icon-${size}.svg`, size, png: `icon-${size}.png` })),
  ...[32, 40, 48, 64, 80, 128].map((size) => ({ svg: '../public/icons/icon.svg', size, png: `icon-${size}.png` })),
  // What an app package of Microsoft 365 holds: a full square, and white on nothing.
  { svg: 'icon-full.svg', size: 192, png: 'color-192.png' },
  { svg: 'icon-outline.svg', size: 32, png: 'outline-32.png' },
]

const browser = await launchBrowser()
try {
  for (const { svg, size, png } of drawings) {
    const drawing = await readFile(new URL(svg, drawingFolder), 'utf8')
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`)
    await writeFile(new URL(png, iconFolder), await page.screenshot({ omitBackground: true }))
    await page.close()
  }
} finally {
  await browser.close()
}
