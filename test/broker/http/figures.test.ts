// Single figures, through a whole broker.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../broker/dataset/flatten.ts'
import type { FigureAnswer, FigureQuestion, FiguresBody } from '../../../broker/http/contract.ts'
import { figures as figuresSchema } from '../../../broker/http/figure-schemas.ts'
import { BrokerClient } from '../../../client/broker-client.ts'
import { createMemoryStorage } from '../../../client/session-storage.ts'
import { people, useBroker } from './broker-in-test.ts'
import type { TestDevice } from './test-device.ts'

const context = useBroker()
const path = '/api/v1/figures'
const dataset = 'people'

async function askAll(device: TestDevice, body: object): Promise<FiguresBody> {
  const answer = await device.call('POST', path, { body })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return figuresSchema.parse(answer.body)
}

async function ask(questions: readonly FigureQuestion[], user = 'anna'): Promise<readonly FigureAnswer[]> {
  return (await askAll(await context.broker.signedIn(user), { questions })).answers
}

const valueOf = (answer: FigureAnswer | undefined) => (answer && 'value' in answer ? answer.value : answer)

/** Code and place of what is wrong with a question. */
function problemOf(answer: FigureAnswer | undefined): readonly (string | undefined)[] {
  if (!answer || !('problem' in answer)) return []
  return [answer.problem.code, answer.problem.errors?.[0]?.at, answer.problem.detail]
}

const mixed: readonly JsonRecord[] = [
  {
    Id: 7,
    Name: 'Zoë',
    Team: 'b',
    Pay: 0.1,
    IsActive: true,
    Born: '1990-02-28',
    At: '2024-01-01T10:00:00Z',
    From: '08:30',
    Spent: 'PT90M',
  },
  {
    Id: 3,
    Name: 'Al',
    Team: 'a',
    Pay: 0.2,
    IsActive: false,
    Born: '1991-01-01',
    At: '2024-01-01T10:00:00.5Z',
    From: '09:00',
    Spent: 'PT45M',
  },
  { Id: 5, Name: 'Bo', Team: 'b', Pay: null, IsActive: null, Born: null, At: null, From: null, Spent: null },
  {
    Id: 9,
    Name: 'Cy',
    Team: '',
    Pay: 7,
    IsActive: true,
    Born: '1990-02-28',
    At: '2023-12-31T23:00:00Z',
    From: '08:30',
    Spent: 'P1D',
  },
  {
    Id: 8,
    Name: 'Di',
    Team: null,
    Pay: -1.25,
    IsActive: true,
    Born: '2000-01-01',
    At: '2024-02-01T00:00:00Z',
    From: '12:00',
    Spent: 'PT1S',
  },
]

describe('figures', () => {
  test.each<{ question: Omit<FigureQuestion, 'dataset'> & Record<string, unknown>; value: unknown; more?: object }>([
    { question: { kind: 'value', key: [7], column: 'Name' }, value: 'Zoë', more: { type: 'text' } },
    { question: { kind: 'value', key: ['7'], column: 'Pay' }, value: 0.1, more: { type: 'decimal' } },
    { question: { kind: 'value', key: [' 7 '], column: 'IsActive' }, value: true, more: { type: 'boolean' } },
    { question: { kind: 'value', key: [5], column: 'IsActive' }, value: null, more: { type: 'boolean' } },
    { question: { kind: 'value', key: [3], column: 'Born' }, value: '1991-01-01', more: { type: 'date' } },
    { question: { kind: 'count' }, value: 5, more: { type: 'integer' } },
    { question: { kind: 'count', filter: "Team eq 'b'" }, value: 2 },
    { question: { kind: 'count', filter: "Team ne 'b' and Pay gt 0" }, value: 2 },
    { question: { kind: 'count', filter: "Team eq 'b' and 'b' eq Team and Team eq 'a'" }, value: 0 },
    { question: { kind: 'count', filter: 'Pay eq 7.0' }, value: 1 },
    { question: { kind: 'count', filter: "Team eq ''" }, value: 1 },
    { question: { kind: 'count', filter: 'Team eq null' }, value: 1 },
    { question: { kind: 'count', filter: 'At eq 2024-02-01' }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'Team', value: 'b' }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'Team', value: 'B' }] }, value: 0 },
    { question: { kind: 'count', where: [{ column: 'Team', value: '' }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'Team', value: null }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'Pay', value: null }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'Pay', value: '.1' }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'IsActive', value: true }] }, value: 3 },
    { question: { kind: 'count', where: [{ column: 'IsActive', value: 'FALSE' }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'Born', value: '1990-02-28' }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'Born', value: 32932 }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'At', value: '2024-01-01T11:00:00+01:00' }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'At', value: 45292 + 10 / 24 }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'At', value: 45323 }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'From', value: 8.5 / 24 }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'From', value: '08:30' }] }, value: 2 },
    { question: { kind: 'count', where: [{ column: 'Spent', value: 1.5 / 24 }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'Spent', value: 'PT24H' }] }, value: 1 },
    { question: { kind: 'count', where: [{ column: 'Team', value: 'b' }], filter: "Team eq 'a'" }, value: 0 },
    { question: { kind: 'count', where: [{ column: 'Team', value: 'b' }], filter: 'Pay eq null' }, value: 1 },
    { question: { kind: 'sum', column: 'Pay' }, value: 6.05, more: { exact: '6.05', rows: 5, type: 'decimal' } },
    { question: { kind: 'sum', column: 'Pay', filter: 'Id in (3,7)' }, value: 0.3, more: { exact: '0.3', rows: 2 } },
    { question: { kind: 'sum', column: 'Id', where: [{ column: 'Team', value: 'x' }] }, value: 0, more: { rows: 0 } },
    {
      question: { kind: 'sum', column: 'Spent', filter: "Team ne ''" },
      value: 'PT2H15M1S',
      more: { type: 'duration' },
    },
    {
      question: { kind: 'lookup', column: 'Id', where: [{ column: 'Team', value: 'b' }] },
      value: 7,
      more: { rows: 2 },
    },
    { question: { kind: 'lookup', column: 'Name', where: [{ column: 'Born', value: '2000-01-01' }] }, value: 'Di' },
    {
      question: { kind: 'lookup', column: 'Team', where: [{ column: 'Id', value: 8 }] },
      value: null,
      more: { rows: 1 },
    },
  ])('$question', async ({ question, value, more = {} }) => {
    await context.broker.redefine({ columns: { From: { type: 'time' }, Spent: { type: 'duration' } } })
    await context.broker.pull(mixed)
    const [answer] = await ask([{ ...question, dataset } as FigureQuestion])
    expect(valueOf(answer)).toEqual(value)
    expect(answer).toMatchObject(more)
  })

  test.each<{
    question: Omit<FigureQuestion, 'dataset'> & Record<string, unknown>
    problem: [string, string?]
    says: string
  }>([
    { question: { kind: 'value', key: [4], column: 'Name' }, problem: ['row-unknown'], says: 'No row' },
    { question: { kind: 'value', key: [''], column: 'Name' }, problem: ['row-unknown'], says: 'No row' },
    {
      question: { kind: 'value', key: ['x'], column: 'Name' },
      problem: ['request-invalid', '/key'],
      says: '"x" is not a number',
    },
    {
      question: { kind: 'value', key: [1, 2], column: 'Name' },
      problem: ['request-invalid', '/key'],
      says: '1 part (Id)',
    },
    {
      question: { kind: 'value', key: [7], column: 'Nmae' },
      problem: ['request-invalid', '/column'],
      says: 'Did you mean Name?',
    },
    {
      question: { kind: 'count', filter: 'Pay gt' },
      problem: ['request-invalid', 'filter:7'],
      says: 'the filter ends',
    },
    {
      question: { kind: 'count', filter: '('.repeat(200) },
      problem: ['request-invalid', 'filter:101'],
      says: 'levels',
    },
    {
      question: { kind: 'count', filter: 'x'.repeat(100_000) },
      problem: ['request-invalid', 'filter:8193'],
      says: 'characters',
    },
    {
      question: {
        kind: 'count',
        where: [
          { column: 'Id', value: 1 },
          { column: 'Tema', value: 1 },
        ],
      },
      problem: ['request-invalid', '/where/1/column'],
      says: 'Did you mean Team?',
    },
    {
      question: { kind: 'count', where: [{ column: 'Born', value: 1.5 }] },
      problem: ['request-invalid', '/where/0/value'],
      says: 'not a date',
    },
    {
      question: { kind: 'count', where: [{ column: 'Pay', value: 'much' }] },
      problem: ['request-invalid', '/where/0/value'],
      says: 'Pay',
    },
    {
      question: { kind: 'count', where: [{ column: 'IsActive', value: 'yes' }] },
      problem: ['request-invalid', '/where/0/value'],
      says: 'true or false',
    },
    { question: { kind: 'sum', column: 'Name' }, problem: ['request-invalid', '/column'], says: 'no numbers' },
    {
      question: { kind: 'lookup', column: 'Name', where: [{ column: 'Team', value: 'q' }] },
      problem: ['row-unknown'],
      says: 'No row',
    },
  ])('say what is wrong with each question alone: $question', async ({ question, problem, says }) => {
    await context.broker.pull(mixed)
    const answers = await ask([
      { kind: 'count', dataset },
      { ...question, dataset } as FigureQuestion,
      { kind: 'count', dataset },
    ])
    expect([valueOf(answers[0]), valueOf(answers[2])]).toEqual([5, 5])
    const [code, at, detail] = problemOf(answers[1])
    expect([code, at]).toEqual([problem[0], problem[1]])
    expect(detail).toContain(says)
  })

  test('are of several datasets at once, each with its revision, and problems of a dataset are those of its questions', async () => {
    const { broker } = context
    await broker.pull(people(3))
    await broker.pull(people(4, '!'))
    await broker.pull([{ Id: 1, Text: 'x' }], 'hashed')
    const device = await broker.signedIn()
    const pulled = new Date(broker.clock.nowMs()).toISOString()
    const body = await askAll(device, {
      questions: [
        { kind: 'count', dataset: 'secret' },
        { kind: 'count', dataset },
        { kind: 'refreshed', dataset },
        { kind: 'count', dataset: 'nowhere' },
        { kind: 'refreshed', dataset: 'fresh' },
        { kind: 'value', dataset: 'hashed', key: [1], column: 'Text' },
        { kind: 'value', dataset, key: [4], column: 'Name' },
      ],
    })
    expect(body.answers.map((answer) => problemOf(answer)[0] ?? valueOf(answer))).toEqual([
      'dataset-unknown',
      4,
      pulled,
      'dataset-unknown',
      'dataset-empty',
      'request-invalid',
      'Zoë 4!',
    ])
    expect(body.answers[0]).toEqual(body.answers[3])
    expect(body.datasets.map((state) => [state.name, state.revision, state.pulledAt]).toSorted()).toEqual([
      ['hashed', 1, pulled],
      ['people', 2, pulled],
    ])
    const events = broker.lines.filter(({ event }) => event === 'figures answered')
    expect(events.map(({ fields }) => fields)).toEqual([
      {
        userId: await broker.userId('anna'),
        datasets: ['secret', 'people', 'nowhere', 'fresh', 'hashed'],
        questions: 7,
        problems: 4,
      },
    ])
  })

  test('know datasets by their titles, too', async () => {
    await context.broker.pull(people(3))
    const device = await context.broker.signedIn()
    const body = await askAll(device, {
      questions: ['people', 'People', 'PEOPLE', 'Peoples'].map((name) => ({ kind: 'count', dataset: name })),
    })
    expect(body.answers.map((answer) => problemOf(answer)[0] ?? valueOf(answer))).toEqual([3, 3, 3, 'dataset-unknown'])
    expect(body.datasets.map(({ dataset: asked, name }) => [asked, name]).toSorted()).toEqual([
      ['PEOPLE', 'people'],
      ['People', 'people'],
      ['people', 'people'],
    ])
  })

  test('say unchanged to those who have them, but never of what the time decides', async () => {
    const { broker } = context
    await broker.pull(people(3))
    const device = await broker.signedIn()
    const questions: FigureQuestion[] = [
      { kind: 'count', dataset },
      { kind: 'refreshed', dataset },
      { kind: 'count', dataset, filter: 'Born lt now()' },
    ]
    const first = await askAll(device, { questions })
    expect(first.answers.map(valueOf)).toEqual([3, expect.any(String), 3])
    expect(first.answers[2]).toMatchObject({ isTimed: true })
    const known = { people: first.datasets[0]!.tag }
    const again = await askAll(device, { questions, known })
    expect(again.answers).toEqual([{ unchanged: true }, ...first.answers.slice(1)])
    await broker.pull(people(4))
    const later = await askAll(device, { questions, known })
    expect(later.answers.map(valueOf)).toEqual([4, expect.any(String), 4])
    // Another reader's tag, and one that was never given, are worth nothing.
    const other = await askAll(await broker.signedIn('ben'), { questions, known: { people: later.datasets[0]!.tag } })
    expect(valueOf(other.answers[0])).toBe(4)
  })

  test('know no column that their reader may not see', async () => {
    await context.broker.pull(people(3))
    const where = [{ column: 'Pay', value: 0.5 }]
    const questions: FigureQuestion[] = [
      { kind: 'value', dataset, key: [1], column: 'Name' },
      { kind: 'value', dataset, key: [1], column: 'Pay' },
      { kind: 'value', dataset, key: [1], column: 'Nothing' },
      { kind: 'count', dataset, where },
      { kind: 'count', dataset, filter: 'Pay eq 0.5' },
      { kind: 'sum', dataset, column: 'Pay' },
      { kind: 'lookup', dataset, column: 'Name', where },
    ]
    const answers = await ask(questions, 'ben')
    expect(valueOf(answers[0])).toBe('Zoë 1')
    expect(answers.slice(1).map((answer) => problemOf(answer)[0])).toEqual(Array<string>(6).fill('request-invalid'))
    expect(problemOf(answers[1])[2]).toBe(problemOf(answers[2])[2]!.replace('Nothing', 'Pay'))
    // Without its key a row cannot be read at all.
    expect(problemOf((await ask([{ kind: 'count', dataset }], 'carl'))[0])[0]).toBe('dataset-unknown')
  })

  test('by keys of several parts take each part as its column has it', async () => {
    const { broker } = context
    await broker.redefine({ key: ['Day', 'Line', 'At'] })
    const at = '2024-01-01T10:00:00Z'
    await broker.pull([1, 2].map((Line) => ({ Day: '2024-01-31', Line, At: at, Text: `line ${Line}` })))
    const answers = await ask([
      { kind: 'value', dataset, key: ['2024-01-31', 2, at], column: 'Text' },
      { kind: 'value', dataset, key: [45322, '1', 45292 + 10 / 24], column: 'Text' },
      { kind: 'value', dataset, key: ['2024-01-31', '', at], column: 'Text' },
      { kind: 'value', dataset, key: ['2024-01-31'], column: 'Text' },
    ])
    expect(answers.map((answer) => problemOf(answer)[0] ?? valueOf(answer))).toEqual([
      'line 2',
      'line 1',
      'row-unknown',
      'request-invalid',
    ])
    expect(problemOf(answers[3])[2]).toContain('3 parts (Day, Line, At)')
  })

  test('that no dataset can answer leave the others alone', async () => {
    await context.broker.pull(people(2))
    const long = 'x'.repeat(40_000)
    const where = Array.from({ length: 30 }, () => ({ column: 'Name', value: 'Zoë 1' }))
    const answers = await ask([
      { kind: 'value', dataset, key: Array<number>(20).fill(1), column: 'Name' },
      { kind: 'value', dataset, key: [1], column: long },
      { kind: 'count', dataset: long },
      { kind: 'count', dataset, where },
      { kind: 'value', dataset, key: [1], column: 'Name' },
    ])
    expect(answers.map((answer) => problemOf(answer)[0] ?? valueOf(answer))).toEqual([
      'request-invalid',
      'request-invalid',
      'dataset-unknown',
      1,
      'Zoë 1',
    ])
  })

  test('are refused together when they are too many, too large or no questions', async () => {
    const device = await context.broker.signedIn()
    const refuse = async (questions: unknown) => {
      const answer = await device.call('POST', path, { body: { questions } })
      return [answer.status, answer.body['code']]
    }
    const count = { kind: 'count', dataset }
    expect(await refuse(Array(10_001).fill(count))).toEqual([400, 'request-invalid'])
    expect(await refuse(Array.from({ length: 51 }, (_, index) => ({ ...count, dataset: `d${index}` })))).toEqual([
      400,
      'request-invalid',
    ])
    expect(await refuse([])).toEqual([400, 'request-invalid'])
    expect(await refuse([{ kind: 'median', dataset }])).toEqual([400, 'request-invalid'])
    const wrong = await device.call('POST', path, {
      body: { questions: [...Array<object>(600).fill(count), { kind: 'sum', dataset }] },
    })
    expect(wrong.body['errors']).toEqual([expect.objectContaining({ at: '/questions/600/column' })])
    expect(await refuse(Array(5_000).fill({ ...count, filter: 'x'.repeat(500) }))).toEqual([413, 'request-too-large'])
    expect((await device.call('POST', path, { body: { questions: [count] }, credential: null })).status).toBe(401)
  })

  test('with more different filters than fit into one request are answered in several', async () => {
    const { broker } = context
    await broker.pull(Array.from({ length: 30_000 }, (_, index) => ({ Id: index, Pay: index % 100 })))
    const device = await broker.signedIn()
    let questions: FigureQuestion[] = Array.from({ length: 1_500 }, (_, index) => ({
      kind: 'count',
      dataset,
      filter: `Pay gt 50 and Pay lt 60 and Id gt ${index}`,
    }))
    let requests = 0
    while (questions.length > 0) {
      const { answers } = await askAll(device, { questions })
      requests += 1
      const deferred = answers.filter((answer) => problemOf(answer)[0] === 'figure-deferred')
      expect(deferred.length).toBeLessThan(questions.length)
      for (const [index, answer] of answers.entries()) {
        if (deferred.includes(answer)) continue
        const least = Number(/\d+$/.exec((questions[index] as { filter: string }).filter)![0])
        expect(valueOf(answer)).toBe(
          Array.from({ length: 30_000 }, (_, id) => id).filter((id) => id > least && id % 100 > 50 && id % 100 < 60)
            .length,
        )
      }
      questions = questions.filter((_, index) => deferred.includes(answers[index]!))
    }
    expect(requests).toBeGreaterThan(1)
  }, 60_000)
})

describe('counts, sums and look-ups', () => {
  const record = fc.record({
    Id: fc.integer({ min: 1, max: 60 }),
    Team: fc.option(fc.constantFrom('a', 'b', '')),
    Pay: fc.option(fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10)),
    Level: fc.option(fc.nat(3)),
  })
  type Person = { Id: number; Team: string | null; Pay: number | null; Level: number | null }
  const table = fc.uniqueArray(record, { selector: ({ Id }) => Id, minLength: 1, maxLength: 40 })
  const isBlank = (value: unknown) => value === null || value === ''
  const tests: Record<string, (row: Person) => boolean> = {
    "Team eq 'a'": ({ Team }) => Team === 'a',
    'Level eq 2': ({ Level }) => Level === 2,
    'Pay eq 1.5': ({ Pay }) => Pay === 1.5,
    'Pay gt 0': ({ Pay }) => Pay !== null && Pay > 0,
    "not (Team eq 'b')": ({ Team }) => Team !== 'b',
    'Level eq 1 or Level eq null': ({ Level }) => Level === 1 || Level === null,
  }
  const filter = fc.option(fc.uniqueArray(fc.constantFrom(...Object.keys(tests)), { minLength: 1, maxLength: 3 }))
  const where = fc.uniqueArray(
    fc.oneof(
      fc.record({ column: fc.constant('Team' as const), value: fc.constantFrom('a', 'b', '', null) }),
      fc.record({ column: fc.constant('Level' as const), value: fc.constantFrom(0, '1', 2, null) }),
    ),
    { maxLength: 2 },
  )
  const question = fc.record({ kind: fc.constantFrom('count', 'sum', 'lookup'), filter, where })

  test('are those of the rows, however many are asked at once', async () => {
    const { broker } = context
    const device = await broker.signedIn()
    const anchor = { Id: 99, Team: 'c', Pay: 0.1, Level: 3 }
    for (const [records, asked] of fc.sample(fc.tuple(table, fc.array(question, { minLength: 30, maxLength: 60 })), {
      numRuns: 8,
      seed: 5,
    })) {
      const rows: Person[] = [...records, anchor]
      await broker.pull(rows)
      const questions = asked.map(({ kind, filter: parts, where: matches }) => ({
        kind,
        dataset,
        where: matches,
        ...(parts && { filter: parts.map((part) => `(${part})`).join(' and ') }),
        ...(kind === 'sum' && { column: 'Pay' }),
        ...(kind === 'lookup' && { column: 'Id' }),
      }))
      const { answers } = await askAll(device, { questions })
      for (const [index, { kind, filter: parts, where: matches }] of asked.entries()) {
        const found = rows.filter(
          (row) =>
            (parts ?? []).every((part) => tests[part]!(row)) &&
            matches.every(({ column, value }) =>
              isBlank(value) ? isBlank(row[column]) : String(row[column]) === String(value),
            ),
        )
        const tenths = found.reduce((sum, { Pay }) => sum + Math.round((Pay ?? 0) * 10), 0)
        const expected = { count: found.length, sum: tenths / 10, lookup: found[0]?.Id ?? 'row-unknown' }[kind]
        expect(problemOf(answers[index])[0] ?? valueOf(answers[index])).toBe(expected)
      }
    }
  })
})

test('the client asks in one request, and gives up when told to', async () => {
  const { broker } = context
  await broker.pull(people(10))
  broker.clock.setWallClock(Date.now())
  // The only waits are time limits that never come.
  const clock = { nowMs: () => Date.now(), wait: () => new Promise<void>(() => undefined) }
  const client = new BrokerClient({ brokerUrl: broker.url, storage: createMemoryStorage(), clock, fetch })
  await client.redeem(await broker.invite(), 'A test')
  const questions = people(10).map(({ Id }): FigureQuestion => ({
    kind: 'value',
    dataset,
    key: [Number(Id)],
    column: 'Name',
  }))
  const { answers } = await client.figures({ questions })
  expect(answers.map(valueOf)).toEqual(people(10).map(({ Name }) => Name))
  const gone = new AbortController()
  const asked = client.figures({ questions }, gone.signal)
  gone.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
})
