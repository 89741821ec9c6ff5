// What the pane does about sessions, with the real client, the real Excel library and a small broker.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Pane } from '../../addin/pane.ts'
import { problem, sendJson } from '../client/tiny-broker.ts'
import { insertTables, onlyInvitations, startPane, type PaneFixture } from './pane-fixture.ts'
import { readTable } from './table-fixture.ts'

let fixture: PaneFixture
let signIns: number
let canSignIn: boolean
let refreshed: [string, number][]

beforeEach(async () => {
  fixture = await startPane()
  signIns = 0
  canSignIn = true
  refreshed = []
})

afterEach(() => fixture.stop())

function openPane(): Pane {
  return fixture.openPane({
    signIn: {
      ...onlyInvitations(fixture.deps.client),
      silently: () => {
        signIns += 1
        // A new session makes the broker answer again.
        if (canSignIn) serveDatasets()
        return Promise.resolve(canSignIn)
      },
    },
    onRefreshed: (name, revision) => refreshed.push([name, revision]),
  })
}

function endSession(): void {
  fixture.broker.on('GET /api/v1/datasets', (_request, response) =>
    sendJson(response, 401, problem(401, 'session-expired')),
  )
}

function serveDatasets(): void {
  fixture.broker.on('GET /api/v1/datasets', (_request, response) => sendJson(response, 200, { datasets: [] }))
}

describe('a session that has ended', () => {
  test('is renewed once and unseen where that is possible', async () => {
    endSession()
    const pane = openPane()
    await pane.start()
    expect(pane.state.screen).toBe('ready')
    expect(pane.state.datasets.state).toBe('ready')
    expect(signIns).toBe(1)
  })

  test('leads to the sign-in where it is not', async () => {
    canSignIn = false
    endSession()
    const pane = openPane()
    await pane.start()
    expect(pane.state.screen).toBe('sign-in')
    expect(pane.state.signInNotice?.text).toContain('Your session has ended')
  })
})

test('those who wait for new data hear of the revision that a table holds', async () => {
  const pane = openPane()
  await pane.start()
  await pane.insert('people')
  fixture.dataset.publish([['1'], ['3']])
  await pane.refreshAll()
  expect(refreshed).toEqual([
    ['people', 1],
    ['people', 2],
  ])
})

test('a table whose dataset may no longer be read can become a plain one', async () => {
  const pane = openPane()
  await pane.start()
  const [tableId = ''] = await insertTables(fixture, pane, 1)
  fixture.broker.on('GET /api/v1/datasets/people/rows', (_request, response) =>
    sendJson(response, 404, problem(404, 'dataset-unknown')),
  )
  fixture.broker.on('POST /api/v1/datasets/people/pulls', (_request, response) =>
    sendJson(response, 404, problem(404, 'dataset-unknown')),
  )
  await pane.refresh(tableId)
  const notice = pane.state.refreshes.get(tableId)?.notice
  expect([notice?.action, notice?.otherActions]).toEqual(['retry', ['unlink']])
  await pane.insert('people')
  expect(pane.state.inserts.get('people')?.notice).toMatchObject({ action: 'retry' })
  expect(pane.state.inserts.get('people')?.notice).not.toHaveProperty('otherActions')
  await pane.unlink(tableId)
  expect(pane.state.tables.items).toEqual([])
  expect(await readTable(fixture)).toEqual([['Id'], ['1'], ['2']])
})
