import type { AuthDefinition } from '../dataset/auth-definition.ts'
import { BrokerError } from '../errors/broker-error.ts'
import type { ProblemCode } from '../errors/problems.ts'
import type { HeldToken } from '../source/source-access.ts'
import type { Finding } from './finding.ts'
import type { SourceProbe } from './source-probe.ts'

const advice: Partial<Record<ProblemCode, (source: string) => string>> = {
  'source-credentials': (source) =>
    `Compare auth.clientId and auth.method with the vendor's page, then set the secret anew: npx sheetbroker secret set ${source}.`,
  'source-token-refused': () => 'Compare auth.scope, audience, resource and parameters with what the vendor asks for.',
  'source-token': () =>
    'Is auth.tokenUrl the token endpoint itself, not a page for people? Where the token stands elsewhere in the answer, say so in auth.token.',
  'source-redirect': () => 'Write the address that it leads to in auth.tokenUrl.',
  'source-limited': () =>
    'Wait as long as it says, and find out what else uses this client: the broker itself keeps to auth.tokenBudget.',
  'source-failed': () => 'Try again later, or ask the vendor.',
}

/** A token, if the source gives one, and what is to be said of it. Costs one exchange. */
export async function checkToken(
  probe: SourceProbe,
  { auth, name }: { readonly auth: AuthDefinition; readonly name: string },
  signal: AbortSignal,
): Promise<{ finding: Finding; token: HeldToken | undefined }> {
  try {
    const granted = await probe.askForToken(signal)
    if ('error' in granted) throw granted.error
    const { token, lifetimeNote } = granted
    if (auth.method === 'static') return { token, finding: { isGood: true, text: 'A key is set.' } }
    const note =
      lifetimeNote === undefined
        ? ''
        : ` What it says of its life is ${lifetimeNote}; if the vendor states how long it lives, write token.lifetimeSeconds.`
    return { token, finding: { isGood: true, text: `The token endpoint gives a token.${note}` } }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error
    const more = advice[error.code]?.(name)
    return {
      token: undefined,
      finding: { isGood: false, text: more === undefined ? error.message : `${error.message} ${more}` },
    }
  }
}
