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

/** A service of the host outside the workbook, by the name the library gives it. */
export function serviceObject(workbook: Workbook, name: string): HostObject {
  if (name === 'Microsoft.AppRuntime.AppRuntimeService') return hostObject(runtimeType, workbook, workbook)
  if (name === 'Microsoft.AppRuntime.AppRuntimePersistenceService') return hostObject(startType, workbook, workbook)
  if (name === 'Microsoft.InternalService.AddinInternalService') return hostObject(internalType, workbook, workbook)
  throw apiNotFound(name)
}
