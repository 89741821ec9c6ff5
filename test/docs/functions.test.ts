import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { worksheetFunctions } from '../../addin/functions/definitions.ts'
import { functionNamespace } from '../../addin/functions/metadata.ts'

const page = readFileSync(new URL('../../docs/FUNCTIONS.md', import.meta.url), 'utf8')

test.each(worksheetFunctions)('docs/FUNCTIONS.md explains $id, with examples', ({ id }) => {
  const [, text = ''] = page.split(new RegExp(`^## ${id}$`, 'm'))
  const [section = ''] = text.split(/^## /m)
  const examples = section.match(new RegExp(`^=.*${functionNamespace}\\.${id}\\(.*\\)`, 'gm')) ?? []
  expect(examples.length).toBeGreaterThanOrEqual(2)
})
