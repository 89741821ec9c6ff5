import type { DatasetSummary } from '../../broker/http/contract.ts'
import { texts, wording } from '../language.ts'
import { describeAge } from '../messages.ts'

/** How many rows a dataset has, how old they are, and when there will be newer ones. */
export function describeFreshness({ rows, pulledAt, nextPullAt }: DatasetSummary, nowMs: number): string {
  const say = texts.choosing
  const pulled =
    rows === null || pulledAt === null ? say.notPulled : say.pulled(texts.pane.rows(rows), describeAge(pulledAt, nowMs))
  const nextMs = Date.parse(nextPullAt ?? '')
  return Number.isNaN(nextMs) ? pulled : wording.list([pulled, say.nextPull(wording.ahead(nextMs, nowMs))])
}
