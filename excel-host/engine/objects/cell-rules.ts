// `range.conditionalFormats` and `range.dataValidation`: what was set is kept and given back, and decides nothing here.
import type { ConditionalFormat, Validation } from '../cell-rules.ts'
import { apiNotFound, foundOrThrow } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject } from '../host-object.ts'
import { isInside } from '../area.ts'
import { RangeRef } from '../range-ref.ts'
import type { Workbook } from '../workbook.ts'

type MakeRange = (workbook: Workbook, range: RangeRef) => HostObject

/** A part of a conditional format, as its rule or the font it gives; `path` names it. */
interface FormatPart {
  readonly format: ConditionalFormat
  readonly path: string
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  Custom: ['Rule', 'Format'],
  CellValue: ['Format'],
  TextComparison: ['Format'],
  Preset: ['Format'],
  TopBottom: ['Format'],
  ColorScale: [],
  DataBar: [],
  IconSet: [],
  Rule: [],
  Format: ['Font', 'Fill'],
  Font: [],
  Fill: [],
}

const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  CellValue: ['Rule'],
  TextComparison: ['Rule'],
  Preset: ['Rule'],
  TopBottom: ['Rule'],
  ColorScale: ['Criteria'],
  IconSet: ['Criteria', 'Style'],
  Rule: ['Formula'],
  Format: ['NumberFormat'],
  Font: ['Bold', 'Italic', 'Color', 'Underline', 'Strikethrough'],
  Fill: ['Color'],
}

function partObject(workbook: Workbook, part: FormatPart): HostObject {
  const name = part.path.slice(part.path.lastIndexOf('.') + 1)
  const type: TypeDefinition<FormatPart> = {
    name: `Conditional${name}`,
    scalars: Object.fromEntries(
      (PROPERTIES[name] ?? []).map((property) => [
        property,
        ({ format, path }: FormatPart) => format.properties.get(`${path}.${property}`) ?? null,
      ]),
    ),
    setters: Object.fromEntries(
      (PROPERTIES[name] ?? []).map((property) => [
        property,
        ({ format, path }: FormatPart, value: unknown) => void format.properties.set(`${path}.${property}`, value),
      ]),
    ),
    children: Object.fromEntries(
      (PARTS[name] ?? []).map((child) => [
        child,
        ({ format, path }: FormatPart) => partObject(workbook, { format, path: `${path}.${child}` }),
      ]),
    ),
  }
  return hostObject(type, part, workbook)
}

function ownPart(name: string): (format: ConditionalFormat, workbook: Workbook) => HostObject {
  return (format, workbook) => {
    if (
      format.type.toLowerCase() !== name.toLowerCase() &&
      !(format.type === 'ContainsText' && name === 'TextComparison')
    ) {
      throw apiNotFound(`${name} of a conditional format of type ${format.type}`)
    }
    return partObject(workbook, { format, path: name })
  }
}

function formatType(make: MakeRange): TypeDefinition<ConditionalFormat> {
  const range = ({ range: at }: ConditionalFormat, workbook: Workbook): HostObject =>
    make(workbook, new RangeRef(at.sheet, at.area))
  return {
    name: 'ConditionalFormat',
    identity: ({ id }) => ({ Id: id }),
    scalars: {
      Id: ({ id }) => id,
      Type: ({ type }) => type,
      StopIfTrue: ({ stopIfTrue }) => stopIfTrue,
      Priority: (format, workbook) => workbook.rules.formatsIn(format.range.sheet, format.range.area).indexOf(format),
    },
    setters: {
      StopIfTrue: (format, value) => {
        format.stopIfTrue = flagValue(value)
      },
    },
    children: Object.fromEntries(
      ['Custom', 'CellValue', 'TextComparison', 'Preset', 'TopBottom', 'ColorScale', 'DataBar', 'IconSet'].map(
        (name) => [name, ownPart(name)],
      ),
    ),
    methods: {
      Delete: (format, _args, workbook) => workbook.rules.removeFormat(format),
      GetRange: (format, _args, workbook) => range(format, workbook),
      GetRangeOrNullObject: (format, _args, workbook) => range(format, workbook),
    },
  }
}

/** `range.conditionalFormats`; `make` wraps ranges. */
export function conditionalFormatsObject(workbook: Workbook, target: RangeRef, make: MakeRange): HostObject {
  const itemType = formatType(make)
  const listOf = ({ sheet, area }: RangeRef): readonly ConditionalFormat[] => workbook.rules.formatsIn(sheet, area)
  const wrap = (format: ConditionalFormat): HostObject => hostObject(itemType, format, workbook)
  const type: TypeDefinition<RangeRef> = {
    name: 'ConditionalFormatCollection',
    methods: {
      Add: ({ sheet, area }, args) => {
        sheet.protection.refuseUnless('allowFormatCells')
        return wrap(workbook.rules.addFormat(sheet, area, args.text(0)))
      },
      ClearAll: (range) => {
        range.sheet.protection.refuseUnless('allowFormatCells')
        for (const format of listOf(range)) workbook.rules.removeFormat(format)
      },
      GetCount: (range) => listOf(range).length,
      GetItemAt: (range, args) => wrap(foundOrThrow(listOf(range)[args.integer(0)])),
      GetItemOrNullObject: (range, args) => {
        const found = listOf(range).find(({ id }) => id === args.text(0))
        return found === undefined ? null : wrap(found)
      },
    },
    items: (range) => listOf(range).map(wrap),
    item: (range, key) => wrap(foundOrThrow(listOf(range).find(({ id }) => id === key))),
  }
  return hostObject(type, target, workbook)
}

// One rule for the whole range; undefined when parts of it have others or none.
function wholeRule({ sheet, area }: RangeRef, workbook: Workbook): Validation | undefined {
  return workbook.rules.validationsIn(sheet, area).find(({ range }) => isInside(area, range.area))
}

const RULES: Readonly<Record<string, string>> = {
  wholeNumber: 'WholeNumber',
  decimal: 'Decimal',
  list: 'List',
  date: 'Date',
  time: 'Time',
  textLength: 'TextLength',
  custom: 'Custom',
}

function validationType(range: RangeRef, workbook: Workbook): string {
  const whole = wholeRule(range, workbook)
  if (whole === undefined)
    return workbook.rules.validationsIn(range.sheet, range.area).length === 0 ? 'None' : 'Inconsistent'
  const { rule } = whole
  const key = typeof rule === 'object' && rule !== null ? Object.keys(rule)[0] : undefined
  return key === undefined ? 'None' : (RULES[key.slice(0, 1).toLowerCase() + key.slice(1)] ?? 'None')
}

function validationFor(range: RangeRef, workbook: Workbook): Validation {
  range.sheet.protection.refuseUnless(undefined)
  return workbook.rules.validationFor(range.sheet, range.area)
}

const dataValidationType: TypeDefinition<RangeRef> = {
  name: 'DataValidation',
  scalars: {
    Type: validationType,
    Rule: (range, workbook) => wholeRule(range, workbook)?.rule ?? {},
    Prompt: (range, workbook) => wholeRule(range, workbook)?.prompt ?? null,
    ErrorAlert: (range, workbook) => wholeRule(range, workbook)?.errorAlert ?? null,
    IgnoreBlanks: (range, workbook) => wholeRule(range, workbook)?.ignoreBlanks ?? true,
  },
  setters: {
    Rule: (range, value, workbook) => {
      validationFor(range, workbook).rule = value
    },
    Prompt: (range, value, workbook) => {
      validationFor(range, workbook).prompt = value
    },
    ErrorAlert: (range, value, workbook) => {
      validationFor(range, workbook).errorAlert = value
    },
    IgnoreBlanks: (range, value, workbook) => {
      validationFor(range, workbook).ignoreBlanks = flagValue(value)
    },
  },
  methods: {
    Clear: ({ sheet, area }, _args, workbook) => {
      sheet.protection.refuseUnless(undefined)
      workbook.rules.clearValidations(sheet, area)
    },
  },
}

/** `range.dataValidation`. */
export function dataValidationObject(workbook: Workbook, range: RangeRef): HostObject {
  return hostObject(dataValidationType, range, workbook)
}
