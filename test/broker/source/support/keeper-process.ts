// A process of its own that wants a source's token, as one egress process among several: prints the token, or the problem's code.
import { Secret } from '../../../../broker/kernel/secret.ts'
import { silentLog } from '../../../../broker/kernel/log.ts'
import { systemClock, systemRandom } from '../../../../broker/kernel/system.ts'
import { sourceDefinition } from '../../../../broker/dataset/source-definition.ts'
import { HttpCaller } from '../../../../broker/source/http-caller.ts'
import { TokenKeeper } from '../../../../broker/source/token-keeper.ts'
import { createStoredTokenLedger } from '../../../../broker/stored-token-ledger.ts'
import { openPostgresStores } from '../../../../broker/store/postgres.ts'
import { openSqliteStores } from '../../../../broker/store/sqlite.ts'
import { AddressGuard } from '../../../../broker/network/address-guard.ts'
import { lookup } from 'node:dns'

const [place = '', origin = ''] = process.argv.slice(2)
const random = systemRandom
const clock = systemClock
const stores = place.startsWith('postgres')
  ? await openPostgresStores({ url: new Secret(place), random, log: silentLog })
  : await openSqliteStores({ path: place, dataKey: new Uint8Array(32).fill(7), clock, random })
const { auth } = sourceDefinition.parse({
  baseUrl: origin,
  auth: { method: 'client_secret_post', tokenUrl: `${origin}/token`, clientId: 'client' },
})
if (auth.method === 'static') throw new Error('Not here.')
const addresses = new AddressGuard({ allowed: [], mayNameThisMachine: true, lookup })
const tokenKey = new Secret(Buffer.alloc(32, 9).toString('base64url'))
const keeper = new TokenKeeper({
  auth,
  source: 'vendor',
  audience: origin,
  secrets: () => Promise.resolve([{ version: '1', open: () => Promise.resolve(new Secret('secret')) }]),
  ledger: createStoredTokenLedger({ source: 'vendor', tokens: stores.tokens, tokenKey }),
  http: new HttpCaller({ clock, timeoutMs: 30_000, addresses }),
  clock,
  random,
  log: silentLog,
})
const { accessToken } = await keeper.get(new AbortController().signal)
process.stdout.write(accessToken.reveal())
process.exit(0)
