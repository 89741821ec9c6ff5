// The test cases that OASIS publishes with OData's grammar, when they lie beside the checkout (odata-abnf-testcases.yaml).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

const path = join(import.meta.dirname, '../../../../../shared/data/odata/odata-abnf-testcases.yaml')

/** Whether the cases are here. */
export const hasOasisCases = existsSync(path)

const caseFile = z.object({
  TestCases: z.array(
    z.object({
      Name: z.string(),
      Rule: z.string(),
      Input: z
        .union([z.string(), z.number(), z.boolean(), z.null(), z.date()])
        .transform((input) => String(input ?? '')),
      FailAt: z.coerce.number().optional(),
    }),
  ),
})

export interface OasisCase {
  readonly name: string
  readonly rule: string
  /** The filter that the case comes down to, as it arrives: without percent-encoding. */
  readonly filter: string
  readonly isValid: boolean
}

/**
 * What the cases have that tables of cells do not: collections and JSON, lambdas, annotations, aliases and variables, bound functions and casts,
 * enumerations, places on earth, years before 1 and leap seconds, and a name in place of a list. `INF` and `Model.Available` are names of
 * columns here, and spaces at the beginning do no harm.
 */
const outside =
  /[$@{}[\]=]|^ |[a-z]:[a-z$]|\)\/|\b(?:any|all)\(|\bhas\b|Sales\.Pattern|SRID=|-10000-|0000-|:60Z|INF$|in \(FirstName\)|Model\.Available$/

/** Rules of whole filters and of their parts, and the filter that says the part. */
const wrappings: Readonly<Record<string, (input: string) => string>> = {
  filter: (input) => input.replace(/^\$?filter=/, ''),
  boolCommonExpr: (input) => input,
  boolcommonExpr: (input) => input,
  commonExpr: (input) => input,
  notExpr: (input) => input,
  firstMemberExpr: (input) => input,
  propertyPathExpr: (input) => input,
  stringLiteral: (input) => `A eq ${input}`,
  primitiveLiteral: (input) => `A eq ${input}`,
  date: (input) => `A eq ${input}`,
  dateTimeOffsetLiteral: (input) => `A eq ${input}`,
  dateTimeOffsetValue: (input) => `A eq ${input}`,
  timeOfDayLiteral: (input) => `A eq ${input}`,
  timeOfDayValue: (input) => `A eq ${input}`,
  durationLiteral: (input) => `A eq ${input}`,
  durationValue: (input) => `A eq duration'${input}'`,
  decimalLiteral: (input) => `A eq ${input}`,
  int64Literal: (input) => `A eq ${input}`,
  int32Literal: (input) => `A eq ${input}`,
  doubleLiteral: (input) => `A eq ${input}`,
}

/** The cases about what our filters have, as filters. */
export function readOasisCases(): readonly OasisCase[] {
  // This schema leaves dates and the like as the text that they are.
  const { TestCases } = caseFile.parse(parse(readFileSync(path, 'utf8'), { schema: 'failsafe' }) as unknown)
  return TestCases.flatMap(({ Name, Rule, Input, FailAt }) => {
    const wrap = wrappings[Rule]
    // Values, unlike literals, stand in bodies: nothing in them is encoded.
    const filter = wrap && (Rule.endsWith('Value') || Rule === 'date' ? wrap(Input) : decode(wrap(Input)))
    if (filter === undefined || outside.test(filter)) return []
    return [{ name: Name, rule: Rule, filter, isValid: FailAt === undefined }]
  })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A case about bad percent-encoding; the web server judges those.
    return text
  }
}
