import { foundOrThrow } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

function settingObject(workbook: Workbook, key: string): HostObject {
  return hostObject(settingType, key, workbook)
}

const settingType: TypeDefinition<string> = {
  name: 'Setting',
  identity: (key) => ({ _Id: key }),
  scalars: {
    Key: (key) => key,
    Value: (key, workbook) => workbook.settings.get(key),
  },
  setters: { Value: (key, value, workbook) => workbook.settings.set(key, value) },
  methods: {
    Delete: (key, _args, workbook) => {
      workbook.settings.delete(key)
    },
  },
}

const settingsType: TypeDefinition<Workbook> = {
  name: 'SettingCollection',
  methods: {
    Add: (workbook, args) => {
      const key = args.text(0)
      workbook.settings.set(key, args.raw(1))
      return settingObject(workbook, key)
    },
    GetCount: (workbook) => workbook.settings.size,
    GetItemOrNullObject: (workbook, args) => {
      const key = args.text(0)
      return workbook.settings.has(key) ? settingObject(workbook, key) : null
    },
  },
  items: (workbook) => [...workbook.settings.keys()].map((key) => settingObject(workbook, key)),
  item: (workbook, key) => {
    const found = [...workbook.settings.keys()].find((name) => name === key)
    return settingObject(workbook, foundOrThrow(found))
  },
}

/** `workbook.settings`. */
export function settingsObject(workbook: Workbook): HostObject {
  return hostObject(settingsType, workbook, workbook)
}
