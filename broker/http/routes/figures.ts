import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import * as z from 'zod'
import { BrokerError } from '../../errors/broker-error.ts'
import { problems, type ProblemCode } from '../../errors/problems.ts'
import type { FigureResult } from '../../feed/figures/figure-job.ts'
import type { PagePool } from '../../feed/page-pool.ts'
import type { Access, ReadableDataset } from '../../identity/access.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { DateSystem } from '../../query/loose-value.ts'
import type { Log } from '../../kernel/log.ts'
import type { Stores } from '../../store/stores.ts'
import { parseDefinition, toInstant } from '../bodies.ts'
import type { FigureAnswer, FigureDataset, FigureQuestion, FiguresBody } from '../contract.ts'
import { figureQuestion, figures as figuresBody, figuresEnvelope, figuresRequest } from '../figure-schemas.ts'
import { parseBody, pointTo, readJsonBody } from '../json-body.ts'
import { sendJson, type Route, type SessionCall } from '../route.ts'
import { makeTag } from '../rows-answer.ts'

interface FigureRouteDeps {
  readonly access: Access
  readonly stores: Pick<Stores, 'snapshots'>
  readonly pagePool: PagePool
  /** The folder that snapshot files are named in. */
  readonly snapshotDirectory: string
  readonly clock: Clock
  readonly log: Log
}

/** 10,000 questions of a usual size. */
const mostBytes = 2 * 1024 * 1024
const mostDatasets = 50

/** Single figures of several datasets at once, as cells of a spreadsheet ask for them. */
export function figureRoutes(deps: FigureRouteDeps): Route[] {
  return [
    {
      method: 'post',
      path: '/api/v1/figures',
      permission: 'session',
      summary: 'Single figures of several datasets: cells, counts, sums; each with an answer or a problem of its own',
      body: figuresRequest,
      answers: { 200: { description: 'An answer to each question.', schema: figuresBody } },
      problems: ['media-type-unsupported', 'request-too-large'],
      handle: (call) => answerQuestions(call, deps),
    },
  ]
}

/** How many questions are looked at before other requests have their turn. */
const turnQuestions = 250

async function readQuestions(unread: readonly unknown[]): Promise<readonly FigureQuestion[]> {
  const questions: FigureQuestion[] = []
  for (let first = 0; first < unread.length; first += turnQuestions) {
    const some = unread.slice(first, first + turnQuestions)
    const place = ([index = 0, ...rest]: readonly PropertyKey[]) =>
      pointTo(['questions', first + Number(index), ...rest])
    questions.push(...parseBody(some, questionList, place))
    await scheduler.yield()
  }
  return questions
}

const questionList = z.array(figureQuestion)

interface DatasetAnswers {
  readonly state: FigureDataset | undefined
  readonly answers: readonly FigureAnswer[]
}

async function answerQuestions(call: SessionCall, deps: FigureRouteDeps): Promise<void> {
  const { questions: unread, known = {}, dateSystem = 1900 } = await readJsonBody(call, figuresEnvelope, mostBytes)
  const questions = await readQuestions(unread)
  const byDataset = Map.groupBy(questions.keys(), (index) => questions[index]?.dataset ?? '')
  if (byDataset.size > mostDatasets)
    throw new BrokerError(
      'request-invalid',
      `Questions may be of ${mostDatasets} datasets; these are of ${byDataset.size}.`,
    )
  const findReadable = createFinder(deps.access, call.caller.user.id)
  const answers: FigureAnswer[] = []
  const datasets: FigureDataset[] = []
  await Promise.all(
    [...byDataset].map(async ([dataset, places]) => {
      const asked = places.flatMap((place) => questions[place] ?? [])
      const knownTag = Object.hasOwn(known, dataset) ? known[dataset] : undefined
      const found = await answerDataset(asked, { dataset, knownTag, dateSystem, findReadable, call, deps })
      if (found.state) datasets.push(found.state)
      for (const [index, answer] of found.answers.entries()) answers[places[index] ?? 0] = answer
    }),
  )
  const withProblem = answers.filter((answer) => 'problem' in answer).length
  deps.log.info('figures answered', {
    userId: call.caller.user.id,
    datasets: [...byDataset.keys()].map((name) => name.slice(0, 100)),
    questions: questions.length,
    problems: withProblem,
  })
  sendJson(call.response, 200, { datasets, answers } satisfies FiguresBody)
}

interface DatasetQuestions {
  readonly dataset: string
  /** The tag of the answers that the reader has. */
  readonly knownTag: string | undefined
  readonly dateSystem: DateSystem
  readonly findReadable: (name: string) => Promise<ReadableDataset>
  readonly call: SessionCall
  readonly deps: FigureRouteDeps
}

/** The answers to questions of one dataset; when it cannot be read, its problem for each. */
async function answerDataset(
  questions: readonly FigureQuestion[],
  { dataset, knownTag, dateSystem, findReadable, call, deps }: DatasetQuestions,
): Promise<DatasetAnswers> {
  try {
    const { user } = call.caller
    const { dataset: record, columns } = await findReadable(dataset)
    const { name } = record
    const snapshot = await deps.stores.snapshots.findCurrent(name)
    if (!snapshot) throw new BrokerError('dataset-empty', 'Request a pull and wait for it.')
    const { revision, file } = snapshot
    const granted = columns === undefined ? ['all'] : ['some', ...columns]
    const tag = makeTag(['figures', user.id, name, revision, ...granted])
    const pulledAt = toInstant(record.pulledAtMs)
    const asked = questions.filter((question) => knownTag !== tag || !isLasting(question))
    const figures = asked.filter((question) => question.kind !== 'refreshed')
    const job = { path: join(deps.snapshotDirectory, file), columns, figures, nowMs: deps.clock.nowMs(), dateSystem }
    const results = figures.length === 0 ? [] : await deps.pagePool.figures(job, call.signal)
    const found = new Map<FigureQuestion, FigureResult | undefined>(
      figures.map((figure, index) => [figure, results[index]]),
    )
    const answers = questions.map((question): FigureAnswer => {
      if (question.kind === 'refreshed') return { value: pulledAt, type: 'datetime' }
      const result = found.get(question)
      return result ? toAnswer(result) : { unchanged: true }
    })
    return { state: { dataset, name, revision, pulledAt, tag }, answers }
  } catch (error) {
    if (!(error instanceof BrokerError) || !ofDataset.has(error.code)) throw error
    return { state: undefined, answers: questions.map(() => toAnswer(error)) }
  }
}

/** Finds datasets by their names, else by their titles, in any case: that is what users see. */
function createFinder(access: Access, userId: string): (name: string) => Promise<ReadableDataset> {
  let listed: Promise<readonly ReadableDataset[]> | undefined
  return async (name) => {
    try {
      return await access.authorise(userId, name)
    } catch (error) {
      if (!(error instanceof BrokerError) || error.code !== 'dataset-unknown') throw error
      const titled = (await (listed ??= access.listReadable(userId))).filter((readable) => isCalled(readable, name))
      const [only] = titled
      if (!only || titled.length > 1) throw error
      return only
    }
  }
}

function isCalled({ dataset }: ReadableDataset, title: string): boolean {
  return parseDefinition(dataset).title?.toLowerCase() === title.toLowerCase()
}

/** What is wrong with a dataset, and not with the request as a whole. */
const ofDataset: ReadonlySet<ProblemCode> = new Set(['dataset-unknown', 'dataset-empty'])

/** Whether the answer is the same as long as the revision is. */
function isLasting(question: FigureQuestion): boolean {
  return !('filter' in question) || !/\bnow\b/i.test(question.filter ?? '')
}

function toAnswer(result: FigureResult | BrokerError): FigureAnswer {
  if (!('code' in result)) return result
  const { code, message: detail, details } = result
  const errors = details.length > 0 ? { errors: details } : {}
  return { problem: { code, detail, retryable: problems[code].retryable, ...errors } }
}
