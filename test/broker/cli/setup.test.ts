// The way from nothing to a healthy source, by the command line alone.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DemoBroker } from '../../../demo/demo-broker.ts'
import { startSample } from '../../../sample/sample.ts'

test('preset, try, apply, secret, doctor', { timeout: 180_000 }, async () => {
  const sample = await startSample({ candidates: 300 })
  const broker = new DemoBroker()
  onTestFinished(async () => {
    await broker.stop()
    await sample.stop()
  })
  await broker.run(['init'])
  const { clientId, clientSecret } = sample
  const set = { baseUrl: sample.url, tokenUrl: sample.tokenUrl, clientId, scope: sample.scopes.join(' ') }
  const start = await broker.run([
    ...['preset', 'fill', 'client-credentials'],
    ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ])
  const file = join(await broker.directory(), 'api.yaml')
  await writeFile(file, start)

  const completed = await broker.run(['source', 'try', file, '--path', '/public/movies'], { input: clientSecret })
  expect(completed).toContain('key: [ MovieId ]')
  expect(completed).not.toContain(clientSecret)
  await broker.run(['apply', '-'], { input: completed })

  // Nothing is set yet, so the doctor ends with a code that is no success.
  await expect(broker.run(['doctor'])).rejects.toThrow()
  await broker.run(['secret', 'set', 'api'], { input: clientSecret })
  expect(await broker.run(['doctor', 'api'])).toMatch(/^api is well\. .*movies: The API answers with 200 records/)

  // The secret that is set is used for the same place, without asking for it again.
  const again = await broker.run(['source', 'try', file, '--path', '/public/cities'])
  expect(again).toContain('paging: { type: link-header }')
  // For another place it is not.
  await writeFile(file, start.replaceAll(clientId, 'another-client'))
  await expect(broker.run(['source', 'try', file, '--path', '/public/cities'])).rejects.toThrow('The secret is empty')
})

test('fill tells everything that is missing, and takes no secret', { timeout: 180_000 }, async () => {
  const broker = new DemoBroker()
  onTestFinished(() => broker.stop())
  await expect(broker.run(['preset', 'fill', 'zoom'])).rejects.toThrow(/accountId is missing[\s\S]*clientId is missing/)
  await expect(broker.run(['preset', 'fill', 'zoom', '--set', 'clientSecret=x'])).rejects.toThrow(
    'No preset holds a secret',
  )
  await expect(broker.run(['preset', 'show', 'nobody'])).rejects.toThrow('There are: adobe-analytics')
  expect(await broker.run(['preset', 'list'])).toContain('firefish')
})
