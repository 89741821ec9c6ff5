// A broker whose users can sign in with a provider on this machine.
import { listIssuers, signInFile, type Issuer } from '../../../../broker/identity/sign-in/sign-in-settings.ts'
import type { Clock } from '../../../../broker/kernel/clock.ts'
import type { StateDatabase } from '../../../support/state-engines.ts'
import { audience, clientId, tenant, type TestIssuer } from '../../../support/test-issuer.ts'
import { BrokerInTest } from '../../http/broker-in-test.ts'
import type { Answer, TestDevice } from '../../http/test-device.ts'

/** Settings for a provider that looks like Entra ID; everybody gets an account. */
export function entraIssuers({ origin }: TestIssuer, more: object = {}): readonly Issuer[] {
  const settings = { type: 'entra', authority: origin, tenants: [tenant], clientId, applicationIdUri: audience }
  return listIssuers(signInFile.parse({ issuers: { entra: { ...settings, accounts: 'everyone', ...more } } }))
}

/** Settings for any other provider; everybody gets an account. */
export function openIdIssuers({ issuer }: TestIssuer, more: object = {}): readonly Issuer[] {
  const settings = {
    type: 'openid',
    label: 'Company',
    issuer,
    clientId,
    audiences: [audience],
    scope: 'access_as_user',
  }
  return listIssuers(signInFile.parse({ issuers: { company: { ...settings, accounts: 'everyone', ...more } } }))
}

/** Started with the machine's time, by which the provider makes its tokens. */
export async function startBroker(
  issuers: readonly Issuer[],
  createState?: (clock: Clock) => Promise<StateDatabase>,
): Promise<BrokerInTest> {
  const broker = await BrokerInTest.start({ issuers }, createState)
  broker.clock.setWallClock(Date.now())
  return broker
}

/** Redeems whatever `body` has. */
export async function redeem(device: TestDevice, body: object): Promise<Answer> {
  const answer = await device.call('POST', '/api/v1/sessions', { body: { device: 'Test', ...body }, credential: null })
  if (answer.status === 201) device.credential = answer.body['credential'] as string
  return answer
}

/** Why the broker refused the last token. */
export function lastFault(broker: BrokerInTest): unknown {
  return broker.lines.findLast(({ event }) => event === 'sign-in token refused')?.fields['fault']
}
