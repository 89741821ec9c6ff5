// Comments and notes. Each is on one cell and goes where the cell goes; a deleted cell takes them with it.
import type { Area } from './area.ts'
import { isInside } from './area.ts'
import { HostError, invalidArgument } from './host-error.ts'
import { RangeRef } from './range-ref.ts'
import type { Sheet } from './sheet.ts'

/** An answer to a comment. */
export interface CommentReply {
  readonly id: string
  content: string
  readonly authorName: string
}

/** A comment (a conversation) or a note (the yellow one). */
export interface CellComment {
  readonly id: string
  readonly kind: 'comment' | 'note'
  readonly range: RangeRef
  readonly authorName: string
  content: string
  resolved: boolean
  replies: readonly CommentReply[]
}

/** The comments and notes of a workbook. */
export class Comments {
  readonly #tracked: Set<RangeRef>
  #all: readonly CellComment[] = []
  #next = 1

  /** Their cells are followed as `tracked` ranges are. */
  constructor(tracked: Set<RangeRef>) {
    this.#tracked = tracked
  }

  /** Those whose cell is still there. */
  get all(): readonly CellComment[] {
    return this.#all.filter(({ range }) => !range.isGone)
  }

  /** Those of one sheet. */
  on(sheet: Sheet): readonly CellComment[] {
    return this.all.filter(({ range }) => range.sheet === sheet)
  }

  /** The comment or note of a cell. */
  at(sheet: Sheet, row: number, column: number): CellComment | undefined {
    return this.on(sheet).find(({ range }) => range.area.row === row && range.area.column === column)
  }

  /** @throws {HostError} `InvalidArgument` for more than one cell, `InvalidOperation` when the cell has one already. */
  add(
    cell: RangeRef,
    content: string,
    options: { readonly kind: 'comment' | 'note'; readonly author: string },
  ): CellComment {
    const { sheet, area } = cell
    if (area.rowCount !== 1 || area.columnCount !== 1 || content === '') throw invalidArgument()
    if (this.at(sheet, area.row, area.column) !== undefined) {
      throw new HostError('InvalidOperation', 'The cell has a comment or a note already.')
    }
    const { kind, author } = options
    const range = new RangeRef(sheet, area)
    const comment = { id: this.newId(), kind, range, authorName: author, content, resolved: false, replies: [] }
    this.#tracked.add(range)
    this.#all = [...this.#all, comment]
    return comment
  }

  /** An id for a comment or reply. */
  newId(): string {
    const id = `{00C0FFEE-0000-4000-8000-${this.#next.toString(16).padStart(12, '0').toUpperCase()}}`
    this.#next += 1
    return id
  }

  /** Takes one away. */
  remove(comment: CellComment): void {
    this.#tracked.delete(comment.range)
    this.#all = this.#all.filter((other) => other !== comment)
  }

  /** Takes away those of cells in the area. */
  clear(sheet: Sheet, area: Area): void {
    for (const comment of this.on(sheet)) if (isInside(comment.range.area, area)) this.remove(comment)
  }
}
