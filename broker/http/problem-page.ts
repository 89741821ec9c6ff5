import { problems, type ProblemCode } from '../errors/problems.ts'

/** The page at `/problems/<code>`, for people who follow a problem's `type`; undefined for an unknown code. */
export function problemPage(code: string): string | undefined {
  if (!isProblemCode(code)) return undefined
  const { status, title, retryable } = problems[code]
  const advice = retryable ? 'The same request may succeed later.' : 'The same request will not succeed by itself.'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>Code <code>${code}</code>, HTTP status ${status}. ${advice}</p>
<p>The field <code>detail</code> of the answer says what happened in this case, and <code>requestId</code> names it in the broker’s log.</p>
</html>
`
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code)
}
