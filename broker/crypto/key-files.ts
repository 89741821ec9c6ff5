// The keys of an installation, one file each. Web reads the public key, egress the private one, both the data key.
import { hkdfSync } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose'
import { BrokerError } from '../errors/broker-error.ts'
import { hasCode } from '../kernel/error-code.ts'
import { makeId } from '../kernel/id.ts'
import type { Random } from '../kernel/random.ts'
import { Secret } from '../kernel/secret.ts'

const sealAlgorithm = 'RSA-OAEP-256'
const symmetricKeyBytes = 32

/**
 * In the order in which they are made. Each is complete once it has its name, so what a crash leaves is a beginning of this
 * list, and anything else means that a key was lost.
 */
const fileNames = ['data.key', 'web.key', 'seal.private.jwk.json', 'seal.public.jwk.json'] as const
type FileName = (typeof fileNames)[number]

/** What the web process and the command line may hold. */
export interface WebKeys {
  /** Seals secrets to egress. */
  readonly sealingKey: CryptoKey
  /** Root of the web process's own keys: `derivePurposeKey`. 32 bytes, base64url. */
  readonly webKey: Secret
  /** Encrypts the state file and snapshots. 32 bytes, base64url. */
  readonly dataKey: Secret
}

/** What the egress process may hold. */
export interface EgressKeys {
  /** Opens sealed secrets. */
  readonly openingKey: CryptoKey
  /** Seals and opens the tokens that egress processes share. Derived from the opening key. 32 bytes, base64url. */
  readonly tokenKey: Secret
  /** Encrypts the state file and snapshots. 32 bytes, base64url. */
  readonly dataKey: Secret
}

/**
 * Makes the key files that `keysDir` does not have yet; true when it made any. Replaces none, so running it again, after a crash or
 * twice at once, ends with one complete set.
 *
 * @throws {BrokerError} `init-required` when a key was lost: a new one could not open what the old one protects
 */
export async function createKeyFiles(keysDir: string, random: Random): Promise<boolean> {
  await mkdir(keysDir, { recursive: true, mode: 0o700 })
  const present = await Promise.all(fileNames.map((name) => exists(join(keysDir, name))))
  const made = present.lastIndexOf(true) + 1
  const lost = fileNames.slice(0, made).filter((_name, index) => present[index] === false)
  if (lost.length > 0) {
    const text = `${lost.join(' and ')} is missing from ${keysDir}, but later keys are there. Restore it from a backup.`
    throw new BrokerError('init-required', text)
  }
  for (const name of fileNames.slice(made))
    await createFile(keysDir, name, { random, text: await makeContent(keysDir, name, random) })
  return present.includes(false)
}

/**
 * The keys of the web process.
 *
 * @throws {BrokerError} `init-required` when one is missing or damaged, `config-invalid` when others can read one
 */
export async function readWebKeys(keysDir: string): Promise<WebKeys> {
  const [sealingKey, webKey, dataKey] = await Promise.all([
    readSealKey(keysDir, 'seal.public.jwk.json'),
    readSymmetricKey(keysDir, 'web.key'),
    readSymmetricKey(keysDir, 'data.key'),
  ])
  return { sealingKey, webKey, dataKey }
}

/**
 * The keys of the egress process.
 *
 * @throws {BrokerError} as `readWebKeys` does
 */
export async function readEgressKeys(keysDir: string): Promise<EgressKeys> {
  const [openingKey, tokenKey, dataKey] = await Promise.all([
    readSealKey(keysDir, 'seal.private.jwk.json'),
    deriveTokenKey(keysDir),
    readSymmetricKey(keysDir, 'data.key'),
  ])
  return { openingKey, tokenKey, dataKey }
}

/**
 * The key of the state file and the snapshots, which web and egress both have.
 *
 * @throws {BrokerError} as `readWebKeys` does
 */
export function readDataKey(keysDir: string): Promise<Secret> {
  return readSymmetricKey(keysDir, 'data.key')
}

/** Whoever has the private key has this one, and nobody else. RFC 5869. */
async function deriveTokenKey(keysDir: string): Promise<Secret> {
  const { d } = await readJwk(keysDir, 'seal.private.jwk.json')
  if (d === undefined) throw damaged('seal.private.jwk.json')
  const key = hkdfSync('sha256', Buffer.from(d, 'base64url'), new Uint8Array(), 'sheetbroker/token', symmetricKeyBytes)
  return new Secret(Buffer.from(key).toString('base64url'))
}

async function makeContent(keysDir: string, name: FileName, random: Random): Promise<Uint8Array> {
  if (name === 'data.key' || name === 'web.key') return random.bytes(symmetricKeyBytes)
  if (name === 'seal.public.jwk.json') return toJson(publicPartOf(await readJwk(keysDir, 'seal.private.jwk.json')))
  const { privateKey } = await generateKeyPair(sealAlgorithm, { modulusLength: 3072, extractable: true })
  return toJson({ ...(await exportJWK(privateKey)), alg: sealAlgorithm, use: 'enc' })
}

/** Derived from the private key on disk, never from one in memory: another init may have been quicker. */
function publicPartOf({ kty, n, e, alg, use }: JWK): JWK {
  if (kty === undefined || n === undefined || e === undefined) throw damaged('seal.private.jwk.json')
  return { kty, n, e, ...(alg && { alg }), ...(use && { use }) }
}

function toJson(jwk: JWK): Uint8Array {
  return Buffer.from(`${JSON.stringify(jwk)}\n`, 'utf8')
}

/** Writes and syncs under another name, then links: the file appears complete or not at all, and never replaces one. */
async function createFile(
  keysDir: string,
  name: FileName,
  content: { random: Random; text: Uint8Array },
): Promise<void> {
  const path = join(keysDir, name)
  const temporary = `${path}.${makeId(content.random)}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o400)
    try {
      await file.writeFile(content.text)
      await file.sync()
    } finally {
      await file.close()
    }
    await chmod(temporary, name === 'seal.public.jwk.json' ? 0o444 : 0o400)
    await link(temporary, path)
    await syncDirectory(keysDir)
  } catch (error) {
    // Another init at the same moment made it; its key is as good as ours.
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open directories, and needs no sync for a name to last.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function readSealKey(keysDir: string, name: FileName): Promise<CryptoKey> {
  const jwk = await readJwk(keysDir, name)
  try {
    const key = await importJWK(jwk, sealAlgorithm)
    if (!(key instanceof Uint8Array)) return key
  } catch (cause) {
    throw damaged(name, cause)
  }
  throw damaged(name)
}

async function readJwk(keysDir: string, name: FileName): Promise<JWK> {
  const bytes = await readKeyFile(keysDir, name)
  try {
    const jwk: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof jwk === 'object' && jwk !== null) return jwk
  } catch {
    // Not passed on as a cause: the parser's message may quote a piece of the key.
  }
  throw damaged(name)
}

async function readSymmetricKey(keysDir: string, name: FileName): Promise<Secret> {
  const bytes = await readKeyFile(keysDir, name)
  if (bytes.length !== symmetricKeyBytes) throw damaged(name)
  return new Secret(bytes.toString('base64url'))
}

async function readKeyFile(keysDir: string, name: FileName): Promise<Buffer> {
  const path = join(keysDir, name)
  try {
    const { mode } = await stat(path)
    if (name !== 'seal.public.jwk.json') refuseIfExposed(path, mode)
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause
    const reason = hasCode(cause, 'ENOENT')
      ? 'does not exist. Is this the right data directory (--data-dir, SHEETBROKER_DATA_DIR)? For a new one, run: npx sheetbroker init'
      : 'cannot be read by this user.'
    throw new BrokerError('init-required', `The key file ${path} ${reason}`, { cause })
  }
}

/** The group may read: web and egress under users of their own share the data key through one. Windows has no such bits. */
function refuseIfExposed(path: string, mode: number): void {
  if (process.platform !== 'win32' && (mode & 0o027) !== 0)
    throw new BrokerError('config-invalid', `The key file ${path} is open to others. Run: chmod 400 ${path}`)
}

function damaged(name: FileName, cause?: unknown): BrokerError {
  return new BrokerError('init-required', `The key file ${name} is damaged. Restore it from a backup.`, { cause })
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
