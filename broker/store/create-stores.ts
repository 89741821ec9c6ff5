import type { Kysely } from 'kysely'
import type { Random } from '../kernel/random.ts'
import { SqlDefinitionStore } from './definition-store.ts'
import { SqlEgressStore } from './egress-store.ts'
import { SqlIdentityStore } from './identity-store.ts'
import { SqlInvitationStore } from './invitation-store.ts'
import { SqlManifestStore } from './manifest-store.ts'
import { SqlPullStore } from './pull-store.ts'
import type { Schema, SessionRow } from './schema.ts'
import { SqlSecretStore } from './secret-store.ts'
import { SqlSessionStore } from './session-store.ts'
import { SqlSnapshotStore } from './snapshot-store.ts'
import type { Stores } from './stores.ts'
import { SqlTokenStore, type TokenStoreDeps } from './token-store.ts'
import { SqlUserStore } from './user-store.ts'

/** What differs between the engines, besides the dialect. */
export interface Engine {
  readonly random: Random
  /** A quicker way than Kysely's to a session; undefined where there is none. */
  readonly findSessionRow: ((tokenHash: string) => Promise<SessionRow | undefined>) | undefined
  /** The clock that all instances share. */
  readonly nowMs: TokenStoreDeps['nowMs']
  readonly close: () => Promise<void>
}

/** Every store over one database, whichever engine it is. */
export function createStores(db: Kysely<Schema>, { random, findSessionRow, nowMs, close }: Engine): Stores {
  return {
    definitions: new SqlDefinitionStore({ db, random }),
    users: new SqlUserStore({ db }),
    secrets: new SqlSecretStore({ db }),
    tokens: new SqlTokenStore({ db, nowMs }),
    invitations: new SqlInvitationStore({ db }),
    sessions: new SqlSessionStore({ db, findRow: findSessionRow }),
    identities: new SqlIdentityStore({ db }),
    pulls: new SqlPullStore({ db }),
    snapshots: new SqlSnapshotStore({ db }),
    egress: new SqlEgressStore({ db }),
    manifests: new SqlManifestStore({ db }),
    async ping() {
      // Reads a table: `select 1` would not touch a SQLite file at all.
      await db.selectFrom('locks').select('name').executeTakeFirst()
    },
    close,
  }
}
