import { invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

const MODES = ['Automatic', 'AutomaticExceptTables', 'Manual']

// Nothing is calculated here, so suspending and calculating have nothing to do; both are accepted as Excel does.
const applicationType: TypeDefinition<Workbook> = {
  name: 'Application',
  scalars: {
    CalculationMode: (workbook) => workbook.calculationMode,
    CalculationState: () => 'Done',
    CalculationEngineVersion: () => 191_029,
    DecimalSeparator: () => '.',
    ThousandsSeparator: () => ',',
    UseSystemSeparators: () => false,
  },
  setters: {
    CalculationMode: (workbook, value) => {
      if (typeof value !== 'string' || !MODES.includes(value)) throw invalidArgument()
      workbook.calculationMode = value
    },
  },
  methods: {
    Calculate: () => null,
    SuspendApiCalculationUntilNextSync: () => null,
    SuspendScreenUpdatingUntilNextSync: () => null,
  },
}

/** `workbook.application`. */
export function applicationObject(workbook: Workbook): HostObject {
  return hostObject(applicationType, workbook, workbook)
}
