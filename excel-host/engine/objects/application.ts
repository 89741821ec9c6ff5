import { invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

const MODES = ['Automatic', 'AutomaticExceptTables', 'Manual']

const applicationType: TypeDefinition<Workbook> = {
  name: 'Application',
  scalars: {
    CalculationMode: (workbook) => workbook.calculator.mode,
    CalculationState: () => 'Done',
    CalculationEngineVersion: () => 191_029,
    DecimalSeparator: () => '.',
    ThousandsSeparator: () => ',',
    UseSystemSeparators: () => false,
  },
  setters: {
    CalculationMode: (workbook, value) => {
      if (typeof value !== 'string' || !MODES.includes(value)) throw invalidArgument()
      workbook.calculator.mode = value
      workbook.calculator.touch()
    },
  },
  methods: {
    Calculate: (workbook, args) => {
      if (args.optionalText(0) !== 'Recalculate') workbook.customFunctions.forget()
      workbook.calculator.recalculate()
    },
    SuspendApiCalculationUntilNextSync: (workbook) => workbook.calculator.pause(),
    SuspendScreenUpdatingUntilNextSync: () => null,
  },
}

/** `workbook.application`. */
export function applicationObject(workbook: Workbook): HostObject {
  return hostObject(applicationType, workbook, workbook)
}
