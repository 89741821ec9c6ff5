// What `Office.addin` asks of its host: showing and hiding the pane, and the start behaviour kept in the file.
import { apiNotFound, invalidArgument } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

const runtimeType: TypeDefinition<Workbook> = {
  name: 'AppRuntimeService',
  methods: {
    GetAppRuntimeState: (workbook) => workbook.paneState,
    SetAppRuntimeState: (workbook, args) => {
      const state = args.text(0)
      if (state !== 'Visible' && state !== 'Hidden' && state !== 'Background') throw invalidArgument()
      workbook.showPane(state === 'Visible' ? 'Visible' : 'Hidden')
    },
  },
}

const startType: TypeDefinition<Workbook> = {
  name: 'AppRuntimePersistenceService',
  methods: {
    GetAppRuntimeStartState: (workbook) => workbook.startBehavior,
    SetAppRuntimeStartState: (workbook, args) => {
      workbook.startBehavior = args.text(0)
    },
  },
}

// Office tells its host when it can take commands; ours waits for the event handler itself.
const internalType: TypeDefinition<Workbook> = {
  name: 'AddinInternalService',
  methods: { NotifyActionHandlerReady: () => null },
}

// Results as arrays: id, whether it went well, the value, and for a failure its number.
function settleResults(workbook: Workbook, results: unknown): void {
  if (!Array.isArray(results)) throw invalidArgument()
  for (const result of results as readonly unknown[]) {
    if (Array.isArray(result)) {
      const entries: readonly unknown[] = result
      const [id, succeeded, value, errorNumber] = entries
      workbook.customFunctions.settle(Number(id), succeeded === true, value, Number(errorNumber ?? 0))
    } else if (typeof result === 'object' && result !== null && 'id' in result) {
      const { id, failed, value, errorCode } = { failed: false, value: undefined, errorCode: 0, ...result }
      workbook.customFunctions.settle(Number(id), !failed, value, errorCode)
    }
  }
  workbook.calculator.recalculate()
}

const functionsType: TypeDefinition<Workbook> = {
  name: 'CustomFunctions',
  methods: {
    SetInvocationArrayResults: (workbook, args) => settleResults(workbook, args.raw(0)),
    SetInvocationResults: (workbook, args) => settleResults(workbook, args.raw(0)),
    _GetEnabledFeatures: () => [],
    _SetOsfControlContainerReadyForCustomFunctions: (workbook) => workbook.customFunctions.ready(),
  },
}

/** A service of the host outside the workbook, by the name the library gives it. */
export function serviceObject(workbook: Workbook, name: string): HostObject {
  if (name === 'Microsoft.AppRuntime.AppRuntimeService') return hostObject(runtimeType, workbook, workbook)
  if (name === 'Microsoft.AppRuntime.AppRuntimePersistenceService') return hostObject(startType, workbook, workbook)
  if (name === 'Microsoft.InternalService.AddinInternalService') return hostObject(internalType, workbook, workbook)
  if (name === 'Microsoft.ExcelServices.CustomFunctions') return hostObject(functionsType, workbook, workbook)
  throw apiNotFound(name)
}
