// What this Excel lacks of the API, learnt from its refusals: older ones, and programs that are only like Excel, do not have all of it.
import { isUnknownMember, refusalOf, run } from './excel-run.ts'
import { WorkbookError } from './workbook-error.ts'

/** What the add-in can do without, and how the library calls it in the statement that was refused. */
const optionalMembers = {
  suspendedCalculation: /suspendApiCalculationUntilNextSync|workbook\.application\b/,
  totals: /showTotals/,
  columnIds: /columns(?:\d*\.load\(|\/id\b)/,
  lastRow: /getLastRow/,
  partById: /customXmlParts\d*\.getItem\(/,
  names: /\bnames\d*\b/,
  dateFunction: /\bfunctions\d*\b/,
} as const

export type OptionalMember = keyof typeof optionalMembers

/** Of one workbook. Everything counts as there until it is refused, so that nothing has to be asked for that alone. */
export class ExcelMembers {
  /** By how many days the first day of the workbook's dates is later than usual; undefined until it has been asked for. */
  daysLater: number | undefined
  readonly #missing = new Set<OptionalMember>()
  #isLastRowKnown = false

  has(member: OptionalMember): boolean {
    return !this.#missing.has(member)
  }

  /**
   * Whether a request has told if there is a last row: this must be known before the requests that cannot be repeated, as
   * they need it only after they have changed something.
   */
  get isLastRowKnown(): boolean {
    return this.#isLastRowKnown || !this.has('lastRow')
  }

  noteLastRow(): void {
    this.#isLastRowKnown = true
  }

  /** What this refusal is about that was taken to be there; all of it where the refusal does not tell. Empty for any other error. */
  findRefused(error: unknown): readonly OptionalMember[] {
    if (!isUnknownMember(error)) return []
    const left = allMembers.filter((member) => this.has(member))
    const statement = readStatement(error)
    return statement === '' ? left : left.filter((member) => optionalMembers[member].test(statement))
  }

  /** The same for a request that only reads: it may fail in any way at the question of the date system, which is worth no failure. */
  findRefusedReading(error: unknown): readonly OptionalMember[] {
    const refused = this.findRefused(error)
    const isOther = error instanceof WorkbookError && error.kind === 'other'
    if (refused.length > 0 || !isOther || this.daysLater !== undefined || !this.has('dateFunction')) return refused
    const statement = readStatement(error)
    return statement === '' || optionalMembers.dateFunction.test(statement) ? ['dateFunction'] : []
  }

  /** From now on requests are made without these. */
  doWithout(members: readonly OptionalMember[]): void {
    for (const member of members) this.#missing.add(member)
  }
}

const allMembers = Object.keys(optionalMembers) as readonly OptionalMember[]

/** The library finds the statement by what the host says of the place of the error; there is none where it says nothing. */
function readStatement(error: unknown): string {
  const { statement } = (refusalOf(error)?.debugInfo ?? {}) as Partial<OfficeExtension.DebugInfo>
  return statement ?? ''
}

/** Runs something that only reads, again and with less as long as this Excel refuses what can be done without. */
export async function readWith<Result>(
  members: ExcelMembers,
  work: (context: Excel.RequestContext) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await run(work)
    } catch (error) {
      const refused = members.findRefusedReading(error)
      if (refused.length === 0) throw error
      members.doWithout(refused)
    }
  }
}
