// The errors a batch can end with, in the words of the real host; the library turns them into `OfficeExtension.Error`.

/** A failure that the batch answers as `{Code, Message, ActionIndex}`. */
export class HostError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'HostError'
    this.code = code
  }
}

/** `ItemNotFound`: no sheet, table, part or name like that. */
export function itemNotFound(): HostError {
  return new HostError('ItemNotFound', "The requested resource doesn't exist.")
}

/** `ItemAlreadyExists`: the name is taken. */
export function itemAlreadyExists(): HostError {
  return new HostError('ItemAlreadyExists', 'The resource being created already exists.')
}

/** `InvalidArgument`, with the standard sentence unless a better one is given. */
export function invalidArgument(message = 'The argument is invalid or missing or has an incorrect format.'): HostError {
  return new HostError('InvalidArgument', message)
}

/** `InvalidReference`: the object or range is gone. */
export function invalidReference(): HostError {
  return new HostError('InvalidReference', 'This reference is not valid for the current operation.')
}

/** `InvalidOperation`: not possible in the object's present state. */
export function invalidOperation(message: string): HostError {
  return new HostError('InvalidOperation', message)
}

/** `AccessDenied`: protected, or read-only. */
export function accessDenied(): HostError {
  return new HostError('AccessDenied', 'You cannot perform the requested operation.')
}

/** `InsertDeleteConflict`: cells cannot be shifted because a table is in the way. */
export function insertDeleteConflict(): HostError {
  return new HostError(
    'InsertDeleteConflict',
    'The insert or delete operation attempted resulted in a conflict: it would split a table.',
  )
}

/** `ApiNotFound`: this simulated host does not have the member, which says nothing about Excel. */
export function apiNotFound(member: string): HostError {
  return new HostError('ApiNotFound', `The simulated workbook has no ${member}.`)
}

/** The thing that was looked for; `ItemNotFound` when there is none. */
export function foundOrThrow<T>(found: T | undefined): T {
  if (found === undefined) throw itemNotFound()
  return found
}
