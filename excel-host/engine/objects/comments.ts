import type { CellComment, CommentReply } from '../comments.ts'
import { foundOrThrow, invalidArgument } from '../host-error.ts'
import type { Arguments, HostObject, TypeDefinition } from '../host-object.ts'
import { flagValue, hostObject, textValue } from '../host-object.ts'
import { RangeRef } from '../range-ref.ts'
import type { Sheet } from '../sheet.ts'
import type { Workbook } from '../workbook.ts'
import { rangeObject } from './range.ts'

/** The author of what an add-in writes. */
const AUTHOR = 'You'

/** The comments of the workbook, or of one sheet. Notes are not among them, as in Excel. */
interface CommentList {
  readonly sheet: Sheet | undefined
}

interface ReplyTarget {
  readonly comment: CellComment
  readonly reply: CommentReply
}

function commentsOf({ sheet }: CommentList, workbook: Workbook): readonly CellComment[] {
  const all = sheet === undefined ? workbook.comments.all : workbook.comments.on(sheet)
  return all.filter(({ kind }) => kind === 'comment')
}

function commentObject(workbook: Workbook, comment: CellComment): HostObject {
  return hostObject(commentType, comment, workbook)
}

function cellOf({ range }: CellComment, workbook: Workbook): HostObject {
  return rangeObject(workbook, new RangeRef(range.sheet, range.area))
}

const replyType: TypeDefinition<ReplyTarget> = {
  name: 'CommentReply',
  identity: ({ reply }) => ({ Id: reply.id }),
  scalars: {
    Id: ({ reply }) => reply.id,
    Content: ({ reply }) => reply.content,
    AuthorName: ({ reply }) => reply.authorName,
    Resolved: ({ comment }) => comment.resolved,
  },
  setters: {
    Content: ({ reply }, value) => {
      reply.content = textValue(value)
    },
  },
  methods: {
    Delete: ({ comment, reply }) => {
      comment.replies = comment.replies.filter((other) => other !== reply)
    },
    GetLocation: ({ comment }, _args, workbook) => cellOf(comment, workbook),
    GetParentComment: ({ comment }, _args, workbook) => commentObject(workbook, comment),
  },
}

function replyObject(workbook: Workbook, comment: CellComment, reply: CommentReply): HostObject {
  return hostObject(replyType, { comment, reply }, workbook)
}

const repliesType: TypeDefinition<CellComment> = {
  name: 'CommentReplyCollection',
  methods: {
    Add: (comment, args, workbook) => {
      const reply = { id: workbook.comments.newId(), content: args.text(0), authorName: AUTHOR }
      comment.replies = [...comment.replies, reply]
      return replyObject(workbook, comment, reply)
    },
    GetCount: ({ replies }) => replies.length,
    GetItemAt: (comment, args, workbook) =>
      replyObject(workbook, comment, foundOrThrow(comment.replies[args.integer(0)])),
  },
  items: (comment, workbook) => comment.replies.map((reply) => replyObject(workbook, comment, reply)),
  item: (comment, key, workbook) =>
    replyObject(workbook, comment, foundOrThrow(comment.replies.find(({ id }) => id === key))),
}

const commentType: TypeDefinition<CellComment> = {
  name: 'Comment',
  identity: ({ id }) => ({ Id: id }),
  scalars: {
    Id: ({ id }) => id,
    Content: ({ content }) => content,
    ContentType: () => 'Plain',
    AuthorName: ({ authorName }) => authorName,
    Resolved: ({ resolved }) => resolved,
  },
  setters: {
    Content: (comment, value) => {
      comment.content = textValue(value)
    },
    Resolved: (comment, value) => {
      comment.resolved = flagValue(value)
    },
  },
  children: { Replies: (comment, workbook) => hostObject(repliesType, comment, workbook) },
  methods: {
    Delete: (comment, _args, workbook) => workbook.comments.remove(comment),
    GetLocation: (comment, _args, workbook) => cellOf(comment, workbook),
  },
}

function cellArgument(list: CommentList, args: Arguments, workbook: Workbook): RangeRef {
  return args.range(0, (address) => workbook.resolve(address, list.sheet ?? workbook.activeSheet))
}

function addComment(list: CommentList, args: Arguments, workbook: Workbook): HostObject {
  const cell = cellArgument(list, args, workbook)
  cell.sheet.protection.refuseUnless('allowEditObjects')
  const comment = workbook.comments.add(cell, args.text(1), { kind: 'comment', author: AUTHOR })
  return commentObject(workbook, comment)
}

function findComment(list: CommentList, key: unknown, workbook: Workbook): CellComment | undefined {
  if (typeof key !== 'string') throw invalidArgument()
  return commentsOf(list, workbook).find(({ id }) => id === key)
}

const commentsType: TypeDefinition<CommentList> = {
  name: 'CommentCollection',
  methods: {
    Add: addComment,
    GetCount: (list, _args, workbook) => commentsOf(list, workbook).length,
    GetItemAt: (list, args, workbook) =>
      commentObject(workbook, foundOrThrow(commentsOf(list, workbook)[args.integer(0)])),
    GetItemByCell: (list, args, workbook) => {
      const { sheet, area } = cellArgument(list, args, workbook)
      const found = workbook.comments.at(sheet, area.row, area.column)
      return commentObject(workbook, foundOrThrow(found?.kind === 'comment' ? found : undefined))
    },
    GetItemOrNullObject: (list, args, workbook) => {
      const comment = findComment(list, args.text(0), workbook)
      return comment === undefined ? null : commentObject(workbook, comment)
    },
  },
  items: (list, workbook) => commentsOf(list, workbook).map((comment) => commentObject(workbook, comment)),
  item: (list, key, workbook) => commentObject(workbook, foundOrThrow(findComment(list, key, workbook))),
}

/** `workbook.comments` (no sheet) or `worksheet.comments`. */
export function commentsObject(workbook: Workbook, sheet: Sheet | undefined): HostObject {
  return hostObject(commentsType, { sheet }, workbook)
}
