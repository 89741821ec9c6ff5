// The metadata of custom functions (`functions.json`), as far as calling them needs it.

/** One parameter of a function. */
export interface FunctionParameter {
  readonly type: string
  readonly isMatrix: boolean
  readonly isOptional: boolean
  readonly isRepeating: boolean
}

/** One function. */
export interface FunctionMetadata {
  readonly id: string
  readonly name: string
  readonly parameters: readonly FunctionParameter[]
  readonly isStream: boolean
  readonly isCancelable: boolean
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function readParameter(value: unknown): FunctionParameter {
  const type = field(value, 'type')
  return {
    type: typeof type === 'string' ? type : 'any',
    isMatrix: field(value, 'dimensionality') === 'matrix',
    isOptional: field(value, 'optional') === true,
    isRepeating: field(value, 'repeating') === true,
  }
}

/** The functions of a parsed `functions.json`; one without id or name is none. */
export function readFunctionMetadata(metadata: unknown): readonly FunctionMetadata[] {
  return listOf(field(metadata, 'functions')).flatMap((entry) => {
    const id = field(entry, 'id')
    const name = field(entry, 'name')
    if (typeof id !== 'string' || typeof name !== 'string') return []
    const options = field(entry, 'options')
    const isStream = field(options, 'stream') === true
    return [
      {
        id,
        name,
        parameters: listOf(field(entry, 'parameters')).map(readParameter),
        isStream,
        isCancelable: isStream || field(options, 'cancelable') === true,
      },
    ]
  })
}
