import { formatAddress } from '../area.ts'
import { foundOrThrow } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject, textValue } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import type { DefinedName, Workbook } from '../workbook.ts'
import { rangeObject } from './range.ts'

function findName(workbook: Workbook, key: unknown): DefinedName | undefined {
  return workbook.names.find((entry) => typeof key === 'string' && entry.name.toLowerCase() === key.toLowerCase())
}

function nameObject(workbook: Workbook, entry: DefinedName): HostObject {
  return hostObject(nameType, entry, workbook)
}

function namedRange(workbook: Workbook, entry: DefinedName): HostObject | null {
  const { range } = entry
  return range === undefined || range.isGone ? null : rangeObject(workbook, new RangeRef(range.sheet, range.area))
}

function formulaOf(entry: DefinedName): string {
  const { range } = entry
  if (range === undefined) return entry.formula
  return range.isGone ? '=#REF!' : `=${formatAddress(range.sheet.name, range.area)}`
}

const nameType: TypeDefinition<DefinedName> = {
  name: 'NamedItem',
  identity: (entry) => ({ _Id: entry.name }),
  scalars: {
    Name: (entry) => entry.name,
    Formula: formulaOf,
    Value: (entry) => formulaOf(entry).slice(1),
    Comment: (entry) => entry.comment,
    Visible: (entry) => entry.visible,
    Scope: () => 'Workbook',
    Type: (entry) => (entry.range === undefined ? 'String' : 'Range'),
  },
  setters: {
    Comment: (entry, value) => {
      entry.comment = textValue(value)
    },
    Visible: (entry, value) => {
      entry.visible = flagValue(value)
    },
  },
  methods: {
    GetRange: (entry, _args, workbook) => foundOrThrow(namedRange(workbook, entry) ?? undefined),
    GetRangeOrNullObject: (entry, _args, workbook) => namedRange(workbook, entry),
    Delete: (entry, _args, workbook) => {
      workbook.names = workbook.names.filter((other) => other !== entry)
      if (entry.range !== undefined) workbook.tracked.delete(entry.range)
    },
  },
}

const namesType: TypeDefinition<Workbook> = {
  name: 'NamedItemCollection',
  methods: {
    Add: (workbook, args) => {
      const range = args.optionalTarget(1, RangeRef)
      const reference = range === undefined ? args.text(1) : new RangeRef(range.sheet, range.area)
      return nameObject(workbook, workbook.addName(args.text(0), reference, args.optionalText(2) ?? ''))
    },
    GetCount: (workbook) => workbook.names.length,
    GetItemOrNullObject: (workbook, args) => {
      const entry = findName(workbook, args.text(0))
      return entry === undefined ? null : nameObject(workbook, entry)
    },
  },
  items: (workbook) => workbook.names.map((entry) => nameObject(workbook, entry)),
  item: (workbook, key) => nameObject(workbook, foundOrThrow(findName(workbook, key))),
}

/** `workbook.names`. */
export function namesObject(workbook: Workbook): HostObject {
  return hostObject(namesType, workbook, workbook)
}
