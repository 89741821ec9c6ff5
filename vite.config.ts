import { defineConfig, type Plugin } from 'vite'
import { createFunctionMetadata } from './addin/functions/metadata.ts'

/** What the heads of all pages have in common. */
function pageHead(): Plugin {
  const meta = (attrs: Record<string, string>) => ({ tag: 'meta', attrs, injectTo: 'head-prepend' as const })
  return {
    name: 'page-head',
    transformIndexHtml: () => [
      meta({ charset: 'utf-8' }),
      meta({ name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      meta({ name: 'color-scheme', content: 'light dark' }),
      { tag: 'title', children: 'Sheetbroker', injectTo: 'head-prepend' },
    ],
  }
}

/**
 * Puts office.js first, where it has to be, and leaves its address to the broker: administrators choose between Microsoft's CDN and a
 * copy of their own.
 */
function officeScript(): Plugin {
  return {
    name: 'office-script',
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: '%OFFICE_JS_URL%' }, injectTo: 'head-prepend' }],
    },
  }
}

/** Adds functions.json, which tells Excel of the worksheet functions, and the script that manifests have to name for them. */
function functionFiles(): Plugin {
  return {
    name: 'function-files',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'functions.json', source: createFunctionMetadata() })
      const source = '// The functions run in the one runtime of the add-in: its page, taskpane.html, loads them.\n'
      this.emitFile({ type: 'asset', fileName: 'functions.js', source })
    },
  }
}

export default defineConfig({
  root: 'addin',
  base: '/addin/',
  plugins: [pageHead(), officeScript(), functionFiles()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/addin',
    emptyOutDir: true,
    target: 'es2022',
    // An inlined asset or a polyfill in a script element would need more than the page's policy allows.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['addin/taskpane.html', 'addin/sign-in.html', 'addin/signed-in.html'] },
  },
})
