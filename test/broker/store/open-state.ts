// A process of its own that opens a state database, as `sheetbroker start` and the command line do at the same moment. Says `opening`
// before and `open` after; with a name as its second argument it defines a user of that name.
import { silentLog } from '../../../broker/kernel/log.ts'
import { Secret } from '../../../broker/kernel/secret.ts'
import { systemClock, systemRandom } from '../../../broker/kernel/system.ts'
import { openPostgresStores } from '../../../broker/store/postgres.ts'
import { openSqliteStores } from '../../../broker/store/sqlite.ts'

const [place = '', user = ''] = process.argv.slice(2)
const random = systemRandom
process.stdout.write('opening\n')
const stores = place.startsWith('postgres:')
  ? await openPostgresStores({ url: new Secret(place), random, log: silentLog })
  : await openSqliteStores({ path: place, dataKey: new Uint8Array(32).fill(7), clock: systemClock, random })
const users = user === '' ? [] : [{ name: user, displayName: user }]
await stores.definitions.apply({ sources: [], datasets: [], users, grants: [] }, String)
process.stdout.write('open\n')
await stores.close()
