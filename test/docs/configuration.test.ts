import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configurationPage } from '../../tools/configuration-page.ts'

test('docs/CONFIGURATION.md is what the settings say (npm run docs writes it)', () => {
  expect(readFileSync(new URL('../../docs/CONFIGURATION.md', import.meta.url), 'utf8')).toBe(configurationPage())
})
