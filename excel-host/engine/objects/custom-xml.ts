import type { CustomXmlPart } from '../custom-xml.ts'
import { foundOrThrow, HostError } from '../host-error.ts'
import type { HostObject, TypeDefinition } from '../host-object.ts'
import { hostObject } from '../host-object.ts'
import type { Workbook } from '../workbook.ts'

/** All parts, or those of one namespace. */
interface PartList {
  readonly namespaceUri: string | undefined
}

function partsOf(list: PartList, workbook: Workbook): readonly CustomXmlPart[] {
  const { namespaceUri } = list
  const { all } = workbook.customXml
  return namespaceUri === undefined ? all : all.filter((part) => part.namespaceUri === namespaceUri)
}

function partObject(workbook: Workbook, part: CustomXmlPart): HostObject {
  return hostObject(partType, part, workbook)
}

function findPart(list: PartList, key: unknown, workbook: Workbook): CustomXmlPart | undefined {
  return partsOf(list, workbook).find((part) => part.id === key)
}

function onlyPart(list: PartList, workbook: Workbook): CustomXmlPart | undefined {
  const parts = partsOf(list, workbook)
  return parts.length === 1 ? parts[0] : undefined
}

const partType: TypeDefinition<CustomXmlPart> = {
  name: 'CustomXmlPart',
  identity: (part) => ({ Id: part.id }),
  scalars: { Id: (part) => part.id, NamespaceUri: (part) => part.namespaceUri },
  methods: {
    GetXml: (part) => part.xml,
    SetXml: (part, args, workbook) => workbook.customXml.replace(part, args.text(0)),
    Delete: (part, _args, workbook) => workbook.customXml.remove(part),
  },
}

const listMembers: Pick<TypeDefinition<PartList>, 'items' | 'item'> = {
  items: (list, workbook) => partsOf(list, workbook).map((part) => partObject(workbook, part)),
  item: (list, key, workbook) => partObject(workbook, foundOrThrow(findPart(list, key, workbook))),
}

const sharedMethods: NonNullable<TypeDefinition<PartList>['methods']> = {
  GetCount: (list, _args, workbook) => partsOf(list, workbook).length,
  GetItemOrNullObject: (list, args, workbook) => {
    const part = findPart(list, args.text(0), workbook)
    return part === undefined ? null : partObject(workbook, part)
  },
}

const allPartsType: TypeDefinition<PartList> = {
  name: 'CustomXmlPartCollection',
  ...listMembers,
  methods: {
    ...sharedMethods,
    Add: (_list, args, workbook) => partObject(workbook, workbook.customXml.add(args.text(0))),
    GetByNamespace: (_list, args, workbook) => customXmlPartsObject(workbook, args.text(0)),
  },
}

const scopedPartsType: TypeDefinition<PartList> = {
  name: 'CustomXmlPartScopedCollection',
  ...listMembers,
  methods: {
    ...sharedMethods,
    GetOnlyItem: (list, _args, workbook) => {
      const part = onlyPart(list, workbook)
      if (part !== undefined) return partObject(workbook, part)
      throw new HostError('GeneralException', 'There is not exactly one part with this namespace.')
    },
    GetOnlyItemOrNullObject: (list, _args, workbook) => {
      const part = onlyPart(list, workbook)
      return part === undefined ? null : partObject(workbook, part)
    },
  },
}

/** `workbook.customXmlParts`, or `getByNamespace` of it. */
export function customXmlPartsObject(workbook: Workbook, namespaceUri: string | undefined): HostObject {
  return hostObject(namespaceUri === undefined ? allPartsType : scopedPartsType, { namespaceUri }, workbook)
}
