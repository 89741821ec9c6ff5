import { foundOrThrow } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject, textValue } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import type { FileProperties } from '../file-properties.ts'
import type { Workbook } from '../workbook.ts'
import { applicationObject } from './application.ts'
import { WORKBOOK_TARGET } from '../events.ts'
import { workbookEvents } from './event-methods.ts'
import { commentsObject } from './comments.ts'
import { customXmlPartsObject } from './custom-xml.ts'
import { functionsObject } from './functions.ts'
import { namesObject } from './names.ts'
import { workbookProtectionObject } from './protection.ts'
import { rangeObject } from './range.ts'
import { settingsObject } from './settings.ts'
import { tablesObject } from './table.ts'
import { worksheetsObject } from './worksheet.ts'

function selectedRange(workbook: Workbook): HostObject {
  return rangeObject(workbook, new RangeRef(workbook.activeSheet, workbook.selection))
}

function eventRange(workbook: Workbook, args: Arguments): HostObject | null {
  const range = workbook.events.range(args.text(0))
  return range === undefined || range.isGone ? null : rangeObject(workbook, new RangeRef(range.sheet, range.area))
}

const runtimeType: TypeDefinition<Workbook> = {
  name: 'Runtime',
  scalars: { EnableEvents: (workbook) => workbook.events.isEnabled },
  setters: {
    EnableEvents: (workbook, value) => {
      workbook.events.isEnabled = flagValue(value)
    },
  },
}

const workbookType: TypeDefinition<Workbook> = {
  name: 'Workbook',
  scalars: {
    Name: (workbook) => workbook.name,
    ReadOnly: (workbook) => workbook.isReadOnly,
    IsDirty: () => true,
    PreviouslySaved: () => true,
  },
  children: {
    Application: (workbook) => applicationObject(workbook),
    Worksheets: (workbook) => worksheetsObject(workbook),
    Tables: (workbook) => tablesObject(workbook, undefined),
    Names: (workbook) => namesObject(workbook),
    Functions: (workbook) => functionsObject(workbook),
    Settings: (workbook) => settingsObject(workbook),
    CustomXmlParts: (workbook) => customXmlPartsObject(workbook, undefined),
    Comments: (workbook) => commentsObject(workbook, undefined),
    Protection: (workbook) => workbookProtectionObject(workbook),
    _Runtime: (workbook) => hostObject(runtimeType, workbook, workbook),
    Properties: (workbook) => hostObject(propertiesType, workbook.properties, workbook),
  },
  methods: {
    ...workbookEvents(() => WORKBOOK_TARGET),
    _GetRangeForEventByReferenceId: (workbook, args) => foundOrThrow(eventRange(workbook, args) ?? undefined),
    _GetRangeOrNullObjectForEventByReferenceId: (workbook, args) => eventRange(workbook, args),
    GetSelectedRange: (workbook) => selectedRange(workbook),
    GetActiveCell: (workbook) => {
      const cell = { ...workbook.selection, rowCount: 1, columnCount: 1 }
      return rangeObject(workbook, new RangeRef(workbook.activeSheet, cell))
    },
  },
}

const PROPERTY_NAMES = ['title', 'subject', 'author', 'keywords', 'comments', 'category', 'manager', 'company'] as const

function propertyMembers<F>(make: (name: keyof FileProperties) => F): Record<string, F> {
  return Object.fromEntries(PROPERTY_NAMES.map((name) => [name.slice(0, 1).toUpperCase() + name.slice(1), make(name)]))
}

const propertiesType: TypeDefinition<FileProperties> = {
  name: 'DocumentProperties',
  scalars: propertyMembers((name) => (properties: FileProperties) => properties[name]),
  setters: propertyMembers((name) => (properties: FileProperties, value: unknown) => {
    properties[name] = textValue(value)
  }),
}

/** The root of every batch. */
export function workbookObject(workbook: Workbook): HostObject {
  return hostObject(workbookType, workbook, workbook)
}
