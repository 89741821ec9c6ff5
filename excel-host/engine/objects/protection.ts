import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Sheet } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'

const sheetProtectionType: TypeDefinition<Sheet> = {
  name: 'WorksheetProtection',
  scalars: {
    Protected: ({ protection }) => protection.isOn,
    Options: ({ protection }) => (protection.isOn ? protection.options : null),
  },
  methods: {
    Protect: (sheet, args, workbook) => {
      sheet.protection.protect(args.raw(0), args.optionalText(1))
      workbook.events.protectionChanged(sheet, true)
    },
    Unprotect: (sheet, args, workbook) => {
      const { isOn } = sheet.protection
      sheet.protection.unprotect(args.optionalText(0))
      if (isOn) workbook.events.protectionChanged(sheet, false)
    },
  },
}

const workbookProtectionType: TypeDefinition<Workbook> = {
  name: 'WorkbookProtection',
  scalars: { Protected: ({ protection }) => protection.isOn },
  methods: {
    Protect: ({ protection }, args) => protection.protect(undefined, args.optionalText(0)),
    Unprotect: ({ protection }, args) => protection.unprotect(args.optionalText(0)),
  },
}

/** `worksheet.protection`. */
export function sheetProtectionObject(workbook: Workbook, sheet: Sheet): HostObject {
  return hostObject(sheetProtectionType, sheet, workbook)
}

/** `workbook.protection`. */
export function workbookProtectionObject(workbook: Workbook): HostObject {
  return hostObject(workbookProtectionType, workbook, workbook)
}
