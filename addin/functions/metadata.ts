import { worksheetFunctions, type FunctionDefinition, type FunctionParameter } from './definitions.ts'

/** What comes before a function’s name in a formula, as `=SHEETBROKER.COUNT("people")`. */
export const functionNamespace = 'SHEETBROKER'

/**
 * The text of functions.json, which the manifest names and Excel reads.
 *
 * All functions stream: they show a new value when there is one, without a recalculation, and tell when their cell is gone.
 *
 * @see https://learn.microsoft.com/office/dev/add-ins/excel/custom-functions-json
 */
export function createFunctionMetadata(): string {
  const metadata = {
    // Dates come with a number format where Excel can keep one.
    allowCustomDataForDataTypeAny: true,
    functions: worksheetFunctions.map(describe),
  }
  return `${JSON.stringify(metadata, null, 2)}\n`
}

/** The functions as the unified manifest describes them; Excel reads nothing else there. */
export function listUnifiedFunctions(): readonly object[] {
  return worksheetFunctions.map(({ id, description, parameters }) => ({
    ...{ id, name: id, description, parameters: parameters.map(describeParameter) },
    result: { dimensionality: 'scalar' },
    ...{ stream: true, cancelable: true },
  }))
}

function describe({ id, description, parameters }: FunctionDefinition): object {
  return {
    ...{ id, name: id, description, parameters: parameters.map(describeParameter) },
    result: { type: 'any', dimensionality: 'scalar' },
    options: { stream: true, cancelable: true },
  }
}

function describeParameter({ name, description, type, isRange, isRepeating }: FunctionParameter): object {
  return {
    ...{ name, description, type },
    dimensionality: isRange ? 'matrix' : 'scalar',
    ...(isRepeating && { repeating: true }),
  }
}
