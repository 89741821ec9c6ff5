// `workbook.functions`: worksheet functions without a cell.
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import { DAYS_1904, serialOf } from '../serial-date.ts'
import type { Workbook } from '../workbook.ts'

interface FunctionResult {
  readonly value: number | undefined
  readonly error: string | null
}

const resultType: TypeDefinition<FunctionResult> = {
  name: 'FunctionResult',
  scalars: { Value: ({ value }) => value ?? null, Error: ({ error }) => error },
}

const functionsType: TypeDefinition<Workbook> = {
  name: 'Functions',
  methods: {
    Date: (workbook, args) => {
      const serial = serialOf(args.integer(0), args.integer(1), args.integer(2))
      const value = serial === undefined || !workbook.uses1904Dates ? serial : serial - DAYS_1904
      const isDate = value !== undefined && value >= 0
      return hostObject(resultType, isDate ? { value, error: null } : { value: undefined, error: '#NUM!' }, workbook)
    },
  },
}

/** `workbook.functions`. */
export function functionsObject(workbook: Workbook): HostObject {
  return hostObject(functionsType, workbook, workbook)
}
