// The bodies of `/api/v1/figures` as schemas, like the others in schemas.ts.
import * as z from 'zod'
import { columnTypes } from '../dataset/column.ts'
import type * as contract from './contract.ts'
import { apiSchemas, cell, instant } from './schemas.ts'

// Without further limits: what is wrong with one cell's question is answered there, and must not keep the others from their answers.
const name = z.string().min(1)
const match = z.strictObject({ column: name, value: cell })
const rowMatch = {
  where: z.array(match).describe('What columns must hold; nothing is null or `""`.').exactOptional(),
  filter: z.string().describe('What must be true besides, in OData’s language for `$filter`.').exactOptional(),
}

const mostQuestions = 10_000

export const figureQuestion = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('value'), dataset: name, key: z.array(cell).min(1), column: name }),
    z.strictObject({ kind: z.literal('count'), dataset: name, ...rowMatch }),
    z.strictObject({ kind: z.literal('sum'), dataset: name, column: name, ...rowMatch }),
    z.strictObject({ kind: z.literal('lookup'), dataset: name, column: name, ...rowMatch }),
    z.strictObject({ kind: z.literal('refreshed'), dataset: name }),
  ])
  .register(apiSchemas, { id: 'FigureQuestion' }) satisfies z.ZodType<contract.FigureQuestion>

export const figuresRequest = z
  .strictObject({
    questions: z.array(figureQuestion).min(1).max(mostQuestions),
    known: z
      .record(name, z.string().max(100))
      .describe('By dataset the `tag` of the answers that one has already.')
      .exactOptional(),
    dateSystem: z
      .literal([1900, 1904])
      .describe('From when numbers count days where they stand for dates, as workbooks do; 1900 when left out.')
      .exactOptional(),
  })
  .register(apiSchemas, { id: 'FiguresRequest' }) satisfies z.ZodType<contract.FiguresRequest>

/** The same, with questions that are not looked at yet: thousands of them take a while. */
export const figuresEnvelope = z.strictObject({
  ...figuresRequest.shape,
  questions: z.array(z.unknown()).min(1).max(mostQuestions),
})

const figureProblem = z.strictObject({
  code: z.string(),
  detail: z.string(),
  retryable: z.boolean(),
  errors: z.array(z.strictObject({ at: z.string(), message: z.string() })).exactOptional(),
})

const answer = z
  .union([
    z.strictObject({
      value: cell,
      type: z.enum(columnTypes),
      rows: z.number().int().min(0).describe('Of sums and look-ups: how many rows matched.').exactOptional(),
      exact: z.string().describe('All digits of a sum.').exactOptional(),
      isTimed: z.literal(true).describe('The filter has `now()`.').exactOptional(),
    }),
    z.strictObject({ problem: figureProblem }),
    z.strictObject({ unchanged: z.literal(true) }),
  ])
  .register(apiSchemas, { id: 'FigureAnswer' }) satisfies z.ZodType<contract.FigureAnswer>

const figureDataset = z.strictObject({
  dataset: z.string().describe('As the questions name it.'),
  name: z.string(),
  revision: z.number().int().positive(),
  pulledAt: instant,
  tag: z.string().describe('Stands for the revision and for what the reader may see of it.'),
})

export const figures = z
  .strictObject({
    datasets: z.array(figureDataset),
    answers: z.array(answer).describe('In the order of the questions.'),
  })
  .register(apiSchemas, { id: 'Figures' }) satisfies z.ZodType<contract.FiguresBody>
