// The layer check itself: on a small tree of its own, with the project's rules.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

function check(files: Record<string, string>): string {
  const tree = mkdtempSync(join(tmpdir(), 'layers-'))
  for (const [name, text] of Object.entries({ 'tsconfig.json': '{}', 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    writeFileSync(join(tree, name), text)
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  try {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
    execFileSync(
      process.execPath,
      [program, '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'err', '.'],
      {
        cwd: tree,
        encoding: 'utf8',
        stdio: 'pipe',
      },
    )
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

const target = 'export const value = 1\n'

test.each([
  { from: 'broker/http/a.ts', to: 'broker/source/b.ts', rule: 'layer-http' },
  { from: 'broker/kernel/a.ts', to: 'broker/errors/b.ts', rule: 'layer-kernel' },
  { from: 'broker/identity/a.ts', to: 'broker/store/sqlite.ts', rule: 'layer-identity' },
  { from: 'broker/app.ts', to: 'broker/pull/b.ts', rule: 'web-never-egress' },
  { from: 'client/a.ts', to: 'broker/kernel/b.ts', rule: 'client-shares-types-only' },
  { from: 'client/a.ts', to: 'broker/http/contract.ts', rule: 'contract-as-types' },
  { from: 'broker/app.ts', to: 'sample/b.ts', rule: 'product-never-test-parts' },
  { from: 'excel-host/a.ts', to: 'addin/b.ts', rule: 'stand-ins-stand-alone' },
])('refuses $from importing $to', ({ from, to, rule }) => {
  const path = `${'../'.repeat(dirname(from).split('/').length)}${to}`
  expect(check({ [from]: `import { value } from '${path}'\nexport const used = value\n`, [to]: target })).toContain(
    rule,
  )
})

test('allows what the table allows', () => {
  const source = "import { value } from '../crypto/b.ts'\nexport const used = value\n"
  expect(check({ 'broker/source/a.ts': source, 'broker/crypto/b.ts': target })).toBe('')
})
