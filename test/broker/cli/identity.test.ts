// Users and their identities by the command line, and the deployment's settings in the process that serves.
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../broker/kernel/system.ts'
import { DemoBroker } from '../../../demo/demo-broker.ts'
import { audience, clientId, objectIdOf, tenant, TestIssuer } from '../../support/test-issuer.ts'
import { TestDevice } from '../http/test-device.ts'

test('user link, unlink, list, deactivate', { timeout: 180_000 }, async () => {
  const issuer = await TestIssuer.start({ isEntra: true })
  const broker = new DemoBroker()
  onTestFinished(async () => {
    await broker.stop()
    await issuer.stop()
  })
  const settings = { type: 'entra', authority: issuer.origin, tenants: [tenant], clientId, applicationIdUri: audience }
  const environment = { SHEETBROKER_SIGN_IN: JSON.stringify({ issuers: { microsoft: settings } }) }
  const run = (...words: string[]) => broker.run(words, { environment })
  await broker.run(['init'])
  await broker.run(['apply', '-'], { input: 'users: { anna: {}, ben: { displayName: Ben } }' })
  const url = await broker.start(environment)
  const signIn = async (): Promise<unknown> => {
    const device = await TestDevice.make({ url, clock: systemClock })
    const body = { token: await issuer.accessToken(), device: 'Test' }
    const answer = await device.call('POST', '/api/v1/sessions', { body })
    return answer.body['code'] ?? answer.body['user']
  }
  expect(await signIn()).toBe('account-required')

  const identity = ['--issuer', 'microsoft', '--tenant', tenant.toUpperCase(), '--object', objectIdOf('anna')]
  expect(await run('user', 'link', 'anna', ...identity)).toContain(`anna signs in as ${tenant}|${objectIdOf('anna')}`)
  expect(await signIn()).toEqual({ name: 'anna', displayName: 'anna' })
  expect(await run('user', 'list')).toBe(
    `anna  anna\n    ${issuer.origin}  ${tenant}|${objectIdOf('anna')}\nben  Ben\n`,
  )
  await expect(run('user', 'link', 'ben', ...identity)).rejects.toThrow('This identity is another user’s')
  await expect(run('user', 'unlink', 'ben', ...identity)).rejects.toThrow('ben has no such identity')

  await run('user', 'deactivate', 'anna')
  expect(await signIn()).toBe('user-inactive')
  await run('user', 'activate', 'anna')
  await run('user', 'unlink', 'anna', ...identity)
  expect(await signIn()).toBe('account-required')

  await expect(run('user', 'link', 'anna', '--issuer', 'x', '--subject', 'y')).rejects.toThrow('no issuer x')
  await expect(run('user', 'link', 'anna', '--issuer', 'microsoft', '--subject', 'y')).rejects.toThrow('--tenant and')
  const elsewhere = ['--issuer', 'microsoft', '--tenant', clientId, '--object', objectIdOf('anna')]
  await expect(run('user', 'link', 'anna', ...elsewhere)).rejects.toThrow('let no tenant')
})
