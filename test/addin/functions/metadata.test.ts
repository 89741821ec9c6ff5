import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { worksheetFunctions } from '../../../addin/functions/definitions.ts'
import { createFunctionMetadata } from '../../../addin/functions/metadata.ts'

// What Microsoft's documentation of the format says of it (office/dev/add-ins/excel/custom-functions-json).
const parameter = z.strictObject({
  name: z.string().regex(/^[a-z]\w*$/),
  description: z.string().min(1).max(128),
  type: z.enum(['boolean', 'number', 'string', 'any']),
  dimensionality: z.enum(['scalar', 'matrix']),
  optional: z.boolean().optional(),
  repeating: z.boolean().optional(),
})
const metadata = z.strictObject({
  allowCustomDataForDataTypeAny: z.boolean(),
  functions: z.array(
    z.strictObject({
      id: z.string().regex(/^[A-Za-z][\w.]{2,63}$/),
      name: z.string().regex(/^[A-Z][\w.]{2,63}$/),
      description: z.string().min(1).max(128),
      parameters: z.array(parameter),
      result: z.strictObject({ type: z.literal('any'), dimensionality: z.literal('scalar') }),
      options: z.strictObject({ stream: z.literal(true), cancelable: z.literal(true) }),
    }),
  ),
})

test('functions.json is what Excel takes', () => {
  const { functions } = metadata.parse(JSON.parse(createFunctionMetadata()))
  expect(functions.map(({ id }) => id)).toEqual(worksheetFunctions.map(({ id }) => id))
  for (const { parameters } of functions) {
    expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length)
    // Only the last can repeat, and then none is optional (Excel passes null for a blank cell, too).
    expect(parameters.slice(0, -1).some(({ repeating, optional }) => repeating ?? optional)).toBe(false)
  }
})

test('the build has it beside the page', async () => {
  const built = new URL('../../../dist/addin/functions.json', import.meta.url)
  expect(await readFile(built, 'utf8')).toBe(createFunctionMetadata())
})
