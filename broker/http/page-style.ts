// How the broker's own pages look: one style sheet, inside each page, which their policy names by its hash.
import { createHash } from 'node:crypto'
import type { Response } from 'express'

const style = `
:root { color-scheme: light dark; --ink: #1f2422; --soft: #566460; --paper: #ffffff; --card: #f4f7f6; --line: #d5dedb; --accent: #0f6b66 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eef3f1; --soft: #a9b7b2; --paper: #151a19; --card: #1f2625; --line: #35413e; --accent: #5fc9c1 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 "Segoe UI", system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem }
a { color: var(--accent) }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 2px }
.lead { color: var(--soft); margin: 0 0 1.5rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0 }
.card h2 { margin-top: 0 }
ul, ol { padding-inline-start: 1.4rem }
li { margin: .35rem 0 }
code { font: .9em ui-monospace, Consolas, monospace; overflow-wrap: anywhere }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; overflow-x: auto }
pre code { overflow-wrap: normal }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .95rem }
th, td { text-align: start; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line) }
`

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';')

/** A whole page in the broker's style. `main` is HTML, `title` a text. */
export function styledPage(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/addin/icons/icon-32.png">
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`
}

/** Lets the page have its own style, and nothing else. */
export function setPagePolicy(response: Response): void {
  response.setHeader('Content-Security-Policy', policy)
}

/** A text as HTML has it, in an element or in double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
