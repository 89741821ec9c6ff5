// One request to Excel, and what it means when Excel refuses it.
import { WorkbookError, type WorkbookErrorKind } from './workbook-error.ts'

/** Runs `work` with a context of its own; what Excel refuses becomes a `WorkbookError`. */
export async function run<Result>(work: (context: Excel.RequestContext) => Promise<Result>): Promise<Result> {
  try {
    return await Excel.run(work)
  } catch (error) {
    if (error instanceof WorkbookError || !(error instanceof OfficeExtension.Error)) throw error
    throw new WorkbookError(kindOf(error.code), error.message, { cause: error })
  }
}

/** The same for what an older or another Excel may not have: then the answer is `otherwise`. */
export async function runIfThere<Result>(
  work: (context: Excel.RequestContext) => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  try {
    return await run(work)
  } catch (error) {
    if (isUnknownMember(error)) return otherwise
    throw error
  }
}

/** What Excel itself said; undefined where the error is none of its refusals. */
export function refusalOf(error: unknown): OfficeExtension.Error | undefined {
  const cause = error instanceof WorkbookError ? error.cause : undefined
  return cause instanceof OfficeExtension.Error ? cause : undefined
}

/** Whether a request failed because this Excel lacks something. */
export function isUnknownMember(error: unknown): boolean {
  return unknownMemberCodes.has(refusalOf(error)?.code ?? '')
}

const unknownMemberCodes = new Set(['ApiNotFound', 'ApiNotAvailable', 'NotImplemented'])

const kinds: Readonly<Record<string, WorkbookErrorKind>> = {
  InvalidOperationInCellEditMode: 'cell-edit',
  RequestPayloadSizeLimitExceeded: 'too-large',
  ResponsePayloadSizeLimitExceeded: 'too-large',
  AccessDenied: 'protected',
  ItemNotFound: 'gone',
  InvalidReference: 'gone',
  InvalidBinding: 'gone',
  InsertDeleteConflict: 'in-the-way',
  NonBlankCellOffSheet: 'in-the-way',
  ActivityLimitReached: 'busy',
  InvalidOrTimedOutSession: 'busy',
  RequestAborted: 'busy',
  ConnectionFailure: 'busy',
}

function kindOf(code: string): WorkbookErrorKind {
  return kinds[code] ?? 'other'
}
