// The Rich API protocol: a batch names objects by paths and acts on them in order; the first failure ends it, and what
// was done before stays done, as in Excel.
import { accessDenied, apiNotFound, HostError, invalidArgument, invalidReference } from './host-error.ts'
import type { Child, HostObject } from './host-object.ts'
import { Arguments, isHostObject } from './host-object.ts'
import { serviceObject } from './objects/runtime.ts'
import { tablesObject } from './objects/table.ts'
import { workbookObject } from './objects/workbook.ts'
import { worksheetObject } from './objects/worksheet.ts'
import type { QueryInfo } from './query.ts'
import { readQuery } from './query.ts'
import { RangeRef } from './range-ref.ts'
import { Sheet, TableSet } from './sheet.ts'
import type { Workbook } from './workbook.ts'

interface ArgumentInfo {
  readonly Arguments?: readonly unknown[]
  readonly ReferencedObjectPathIds?: readonly unknown[]
}

interface ObjectPathInfo {
  readonly Id: number
  readonly ObjectPathType: number
  readonly Name: string
  readonly ParentObjectPathId?: number
  readonly ArgumentInfo?: ArgumentInfo
}

interface ActionInfo {
  readonly Id: number
  readonly ActionType: number
  readonly Name: string
  readonly ObjectPathId: number
  readonly ArgumentInfo?: ArgumentInfo
  readonly QueryInfo?: QueryInfo
}

/** A request as the library sends it; the library is trusted to send this form. */
export interface Batch {
  readonly Actions: readonly ActionInfo[]
  readonly ObjectPaths: Readonly<Record<string, ObjectPathInfo>>
}

/** The answer to a batch. */
export interface BatchAnswer {
  readonly Results: readonly { readonly ActionId: number; readonly Value: unknown }[]
  readonly Error?: {
    readonly Code: string
    readonly Message: string
    readonly ActionIndex: number
    readonly Location: string
  }
}

/** Whether parsed JSON has the outer form of a batch. */
export function isBatch(value: unknown): value is Batch {
  return (
    typeof value === 'object' &&
    value !== null &&
    'Actions' in value &&
    Array.isArray(value.Actions) &&
    'ObjectPaths' in value &&
    typeof value.ObjectPaths === 'object'
  )
}

const PATH = { global: 1, newObject: 2, method: 3, property: 4, indexer: 5, reference: 6, nullObject: 7 } as const
const ACTION = { instantiate: 1, query: 2, method: 3, setProperty: 4, trace: 5 } as const

const CHANGES =
  /^(?:Add|Apply|Autofit|Clear|Convert|Copy|Delete|Freeze|Insert|Merge|Move|Protect|Reapply|Remove|Replace|Resize|Set|Un(?:freeze|merge|protect))/

/** Objects that are not part of the file: the pane, and the results of worksheet functions. */
const SERVICES = new Set(['AppRuntimeService', 'CustomFunctions'])

/** Objects an add-in keeps between batches, by the id it was given. */
export class References {
  readonly #workbook: Workbook
  readonly #objects = new Map<string, HostObject>()
  #next = 1

  constructor(workbook: Workbook) {
    this.#workbook = workbook
  }

  /** How many are kept: a number that only grows is a leak in the add-in. */
  get count(): number {
    return this.#objects.size
  }

  /** Keeps an object and returns its id. */
  keep(object: HostObject): string {
    const id = `r${this.#next}`
    this.#next += 1
    this.#objects.set(id, object)
    if (object.target instanceof RangeRef) this.#workbook.tracked.add(object.target)
    return id
  }

  /** @throws {HostError} `InvalidReference` for one that is gone. */
  get(id: string): HostObject {
    const object = this.#objects.get(id)
    if (object === undefined) throw invalidReference()
    return object
  }

  /** Lets an object go. */
  remove(id: string): void {
    const object = this.#objects.get(id)
    if (object?.target instanceof RangeRef) this.#workbook.tracked.delete(object.target)
    this.#objects.delete(id)
  }
}

class BatchRun {
  readonly #workbook: Workbook
  readonly #references: References
  readonly #batch: Batch
  readonly #objects = new Map<number, HostObject | null>()
  readonly #referenceIds = new Map<number, string>()

  constructor(workbook: Workbook, references: References, batch: Batch) {
    this.#workbook = workbook
    this.#references = references
    this.#batch = batch
  }

  run(action: ActionInfo): unknown {
    if (action.ActionType === ACTION.trace) return null
    const object = this.#resolve(action.ObjectPathId)
    if (action.ActionType === ACTION.instantiate) return this.#describe(object, action.ObjectPathId)
    if (action.ActionType === ACTION.query)
      return object === null ? null : readQuery(object, action.QueryInfo ?? {}, this.#wrap)
    // The library keeps a reference to whatever it was given; a null object has none.
    if (object === null && action.Name === '_KeepReference') return null
    if (object === null) throw invalidReference()
    if (action.ActionType === ACTION.method) return this.#call(object, action)
    if (action.ActionType !== ACTION.setProperty) throw apiNotFound(`batch action ${action.ActionType}`)
    if (this.#workbook.isReadOnly && action.Name !== 'EnableEvents') throw accessDenied()
    object.set(action.Name, this.#arguments(action.ArgumentInfo)[0])
    this.#workbook.calculator.touch()
    return null
  }

  location(action: ActionInfo): string {
    const typeName = this.#objects.get(action.ObjectPathId)?.typeName ?? ''
    const member = action.Name === '' ? (this.#batch.ObjectPaths[action.ObjectPathId]?.Name ?? '') : action.Name
    return [typeName, member].filter((part) => part !== '').join('.')
  }

  readonly #wrap = (child: Child): HostObject | null =>
    child instanceof Sheet ? worksheetObject(this.#workbook, child) : child

  #describe(object: HostObject | null, pathId: number): unknown {
    if (object === null) return null
    const referenceId = this.#referenceIds.get(pathId)
    return referenceId === undefined ? object.identity() : { ...object.identity(), _ReferenceId: referenceId }
  }

  #call(object: HostObject, action: ActionInfo): unknown {
    const args = new Arguments(this.#arguments(action.ArgumentInfo))
    if (action.Name === '_KeepReference') {
      this.#referenceIds.set(action.ObjectPathId, this.#references.keep(object))
      return null
    }
    if (action.Name === '_RemoveReference') {
      this.#references.remove(args.text(0))
      return null
    }
    this.#refuseReadOnly(object, action.Name)
    const answer = object.call(action.Name, args)
    this.#workbook.calculator.touch()
    return isHostObject(answer) ? answer.identity() : (answer ?? null)
  }

  // In a read-only file everything that changes the file is refused, whichever object it belongs to.
  #refuseReadOnly(object: HostObject, method: string): void {
    if (!this.#workbook.isReadOnly || SERVICES.has(object.typeName)) return
    if (CHANGES.test(method)) throw accessDenied()
  }

  // A path is evaluated once, when an action first needs it: a method path may create something.
  #resolve(pathId: number): HostObject | null {
    const known = this.#objects.get(pathId)
    if (known !== undefined) return this.#present(known)
    const path = this.#batch.ObjectPaths[pathId]
    if (path === undefined) throw invalidReference()
    const object = this.#evaluate(path)
    this.#objects.set(pathId, object)
    return this.#present(object)
  }

  #present(object: HostObject | null): HostObject | null {
    if (object?.target instanceof RangeRef && object.target.isGone) throw invalidReference()
    return object
  }

  #evaluate(path: ObjectPathInfo): HostObject | null {
    if (path.ObjectPathType === PATH.global) return workbookObject(this.#workbook)
    if (path.ObjectPathType === PATH.reference) return this.#references.get(path.Name)
    if (path.ObjectPathType === PATH.nullObject) return null
    if (path.ObjectPathType === PATH.newObject) return serviceObject(this.#workbook, path.Name)
    if (path.ParentObjectPathId === undefined) throw apiNotFound(`object ${path.Name}`)
    const parent = this.#resolve(path.ParentObjectPathId)
    if (parent === null) return null
    const args = this.#arguments(path.ArgumentInfo)
    if (path.ObjectPathType === PATH.property) return this.#wrap(parent.child(path.Name))
    if (path.ObjectPathType === PATH.indexer) return parent.item(args[0])
    if (path.ObjectPathType !== PATH.method) throw apiNotFound(`object path ${path.ObjectPathType}`)
    this.#refuseReadOnly(parent, path.Name)
    const answer = parent.call(path.Name, new Arguments(args))
    if (answer instanceof TableSet) return tablesObject(this.#workbook, answer)
    if (answer === null || isHostObject(answer)) return answer
    throw apiNotFound(`object ${parent.typeName}.${path.Name}`)
  }

  #arguments(info: ArgumentInfo | undefined): readonly unknown[] {
    return this.#withObjects(info?.Arguments ?? [], info?.ReferencedObjectPathIds)
  }

  #withObjects(values: readonly unknown[], pathIds: readonly unknown[] | undefined): readonly unknown[] {
    if (pathIds === undefined) return values
    return values.map((value, index) => {
      const pathId = pathIds[index]
      if (typeof pathId === 'number' && pathId !== 0) {
        const object = this.#resolve(pathId)
        if (object === null) throw invalidArgument()
        return object
      }
      return Array.isArray(pathId) && Array.isArray(value) ? this.#withObjects(value, pathId) : value
    })
  }
}

/** Whether a batch does anything but let objects go. */
export function isWork({ Actions }: Batch): boolean {
  const isRelease = ({ Name }: ActionInfo): boolean => Name === '_RemoveReference'
  if (!Actions.some(isRelease)) return true
  return Actions.some((action) => !isRelease(action) && action.ActionType !== ACTION.instantiate)
}

function isChange({ ActionType, Name }: ActionInfo): boolean {
  return ActionType === ACTION.setProperty || (ActionType === ACTION.method && !Name.startsWith('_'))
}

/**
 * Runs a batch on a workbook, to its end or until it has set so many properties or called so many methods. Never throws for what the add-in did wrong; that is in the
 * answer's `Error`.
 */
export function runBatch(
  workbook: Workbook,
  references: References,
  batch: Batch,
  mostChanges = Number.POSITIVE_INFINITY,
): BatchAnswer {
  const run = new BatchRun(workbook, references, batch)
  const results: { ActionId: number; Value: unknown }[] = []
  let changes = 0
  for (const [index, action] of batch.Actions.entries()) {
    if (isChange(action)) changes += 1
    if (changes > mostChanges) break
    try {
      results.push({ ActionId: action.Id, Value: run.run(action) })
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      const { code, message } = error
      return {
        Results: results,
        Error: { Code: code, Message: message, ActionIndex: index, Location: run.location(action) },
      }
    }
  }
  return { Results: results }
}
