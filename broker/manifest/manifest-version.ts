// A manifest's version: higher than any given out before whenever the content is another, and the same otherwise.
import { createHash } from 'node:crypto'

/** What was given out last: which content, under which version. */
export interface IssuedManifest {
  /** Of the content without its version. */
  readonly digest: string
  /** Four numbers. */
  readonly version: string
}

const highestPart = 65_535

/** A release's version as Office wants it, with four parts: 0.1.0 is 0.1.0.0. What follows a hyphen or a plus is left out. */
export function toManifestVersion(version: string): string {
  const parts = /^(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?(?:[-+].*)?$/.exec(version)
  if (!parts) throw new TypeError(`${version} is not a version.`)
  return [...parts.slice(1, 4).map((part: string | undefined) => Number(part ?? 0)), 0].join('.')
}

/** Names a content; two of different settings never have the same. */
export function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64url')
}

/**
 * What to give out now: what was given out last where the content is the same, otherwise the next version, `least` at least. Of several
 * memories the one with the highest version is right.
 */
export function nextIssue(
  memories: readonly (IssuedManifest | undefined)[],
  digest: string,
  least: string,
): IssuedManifest {
  const last = memories
    .filter((memory) => memory !== undefined)
    .reduce<IssuedManifest | undefined>(
      (highest, memory) => (highest && compareVersions(highest.version, memory.version) >= 0 ? highest : memory),
      undefined,
    )
  if (last?.digest === digest) return last
  const next = last === undefined ? least : raise(last.version)
  return { digest, version: compareVersions(next, least) >= 0 ? next : least }
}

/** Negative, zero or positive, as `one` is below, equal to or above `other`. Missing parts are 0. */
export function compareVersions(one: string, other: string): number {
  const parts = partsOf(one)
  const others = partsOf(other)
  const index = parts.findIndex((part, place) => part !== others[place])
  return index < 0 ? 0 : (parts[index] ?? 0) - (others[index] ?? 0)
}

function raise(version: string): string {
  const parts = partsOf(version)
  for (let place = parts.length - 1; place >= 0; place -= 1) {
    const part = parts[place] ?? 0
    parts[place] = part < highestPart ? part + 1 : 0
    if (part < highestPart) return parts.join('.')
  }
  throw new TypeError('There is no higher version.')
}

function partsOf(version: string): number[] {
  const parts = version.split('.').map(Number)
  return [0, 1, 2, 3].map((place) => parts[place] ?? 0)
}

/** The unified manifest's three numbers, in the same order as the four: the last two become one. */
export function toUnifiedVersion(version: string): string {
  const [major = 0, minor = 0, patch = 0, issue = 0] = partsOf(version)
  return [major, minor, patch * (highestPart + 1) + issue].join('.')
}

/** The four numbers that {@link toUnifiedVersion} made three of. */
export function fromUnifiedVersion(version: string): string {
  const [major = 0, minor = 0, last = 0] = partsOf(version)
  return [major, minor, Math.floor(last / (highestPart + 1)), last % (highestPart + 1)].join('.')
}
