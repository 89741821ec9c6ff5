import { describe, expect, test } from 'vitest'
import { ClientError } from '../../client/client-error.ts'
import { texts } from '../../addin/language.ts'
import { describeAge, describeProgress, explain, explainRefresh, isSignedOut } from '../../addin/messages.ts'
import { TableError } from '../../addin/table-error.ts'
import { WorkbookError } from '../../addin/workbook-error.ts'

const clientError = (code: string, retryable = false) =>
  new ClientError('problem', `It is ${code}.`, {
    problem: { type: '', title: '', status: 500, detail: '', code, retryable, requestId: 'r1' },
  })

describe('texts', () => {
  test('count in the singular and in the plural', () => {
    expect([0, 1, 12_000].map((count) => texts.pane.rows(count))).toEqual(['0 rows', '1 row', '12,000 rows'])
  })

  test.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [5 * 60_000, '5 minutes ago'],
    [3 * 3_600_000, '3 hours ago'],
    [30 * 3_600_000, 'yesterday'],
  ])('say an age of %d ms as "%s"', (ageMs, text) => {
    const nowMs = Date.parse('2026-05-02T08:00:00Z')
    expect(describeAge(new Date(nowMs - ageMs).toISOString(), nowMs)).toBe(text)
  })

  test('say how far a task is', () => {
    expect(describeProgress({ phase: 'writing', done: 1_200, total: 40_000 })).toBe('Writing row 1,200 of 40,000')
    expect(describeProgress({ phase: 'pulling', done: 1, total: undefined })).toBe(
      'The source is being read: 1 row so far',
    )
  })
})

describe('explain', () => {
  test.each([
    { error: new WorkbookError('cell-edit', ''), action: 'retry', says: 'Press Enter or Esc' },
    { error: new TableError('table-gone', 'T'), action: 'forget', says: 'The table T is no longer' },
    { error: new ClientError('offline', ''), action: 'retry', says: 'Check your connection' },
    { error: clientError('session-expired'), action: 'sign-in', says: 'Sign in' },
    { error: clientError('dataset-unknown'), action: 'retry', says: 'may no longer read' },
    {
      error: clientError('internal'),
      action: 'retry',
      says: 'tell your administrator this: It is internal. (Reference: r1)',
    },
    { error: new TableError('other-broker', 'https://b.example'), action: 'unlink', says: 'https://b.example' },
    { error: clientError('source-failed', true), action: 'retry', says: 'It is source-failed. (Reference: r1)' },
    { error: new RangeError('secret detail'), action: 'retry', says: 'unexpected' },
  ])('says what to do about $error.message', ({ error, action, says }) => {
    const notice = explain(error)
    expect(notice.action).toBe(action)
    expect(notice.text).toContain(says)
    expect(notice.text).not.toContain('secret')
  })

  test('leads to the choice of a table that the broker cannot take', () => {
    const notice = explainRefresh(clientError('request-invalid'))
    expect(notice.action).toBe('choose')
    expect(notice.text).toBe('This choice of columns and rows cannot be taken: It is request-invalid. (Reference: r1)')
    expect(explain(clientError('request-invalid')).action).toBe('retry')
  })

  test('knows when the user has to sign in', () => {
    expect(isSignedOut(clientError('session-expired'))).toBe(true)
    expect(isSignedOut(clientError('session-held'))).toBe(false)
  })
})
