// Examines a source as a pull would meet it, and says in plain words what is right and what is wrong.
import type { StoredColumn } from '../dataset/column.ts'
import type { DatasetDefinition } from '../dataset/definition.ts'
import type { SourceDefinition } from '../dataset/source-definition.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AddressGuard } from '../network/address-guard.ts'
import { checkDataset } from './check-dataset.ts'
import { checkHost } from './check-host.ts'
import { checkToken } from './check-token.ts'
import type { Finding } from './finding.ts'
import { Sampler } from './sampler.ts'
import type { SourceProbe } from './source-probe.ts'

export interface Patient {
  readonly name: string
  readonly source: SourceDefinition
  readonly datasets: readonly {
    readonly name: string
    readonly definition: DatasetDefinition
    readonly columns: readonly StoredColumn[]
  }[]
}

export interface DoctorDeps {
  readonly probe: SourceProbe
  readonly addresses: AddressGuard
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface Diagnosis {
  readonly isHealthy: boolean
  /** One paragraph. */
  readonly text: string
}

/** Reads two pages of each dataset at most, and asks for one token. Tells nothing of the secret or of what the records hold. */
export async function examineSource(patient: Patient, deps: DoctorDeps): Promise<Diagnosis> {
  const findings = await examineAccess(patient, deps)
  return summarise(patient.name, findings)
}

async function examineAccess({ name, source, datasets }: Patient, deps: DoctorDeps): Promise<Finding[]> {
  const { probe, clock, signal } = deps
  const findings: Finding[] = []
  const { certificateAuthority, timeoutSeconds, auth } = source
  const host = { ...deps, certificateAuthority, nowMs: clock.nowMs(), timeoutMs: Math.min(10, timeoutSeconds) * 1000 }
  for (const url of hostsOf(source)) findings.push(...(await checkHost(url, host)))
  if (findings.some(({ isGood }) => !isGood)) return findings
  const { finding, token } = await checkToken(probe, { auth, name }, signal)
  findings.push(finding)
  if (!token) return findings
  if (datasets.length === 0) findings.push({ isGood: true, text: 'No dataset is read from it yet.' })
  for (const dataset of datasets) {
    const { definition, columns } = dataset
    const sampler = new Sampler({ probe, token, request: definition.request, clock, signal })
    const found = await checkDataset(sampler, { definition, columns, nowMs: clock.nowMs(), signal })
    findings.push({ isGood: found.every(({ isGood }) => isGood), text: `${dataset.name}: ${join(found)}` })
  }
  return findings
}

/** The token endpoint's server, where it is another one, before the API's: the order in which a pull meets them. */
function hostsOf({ baseUrl, auth }: SourceDefinition): URL[] {
  const urls = [...(auth.method === 'static' ? [] : [auth.tokenUrl]), baseUrl].map((text) => new URL(text))
  return [...new Map(urls.map((url) => [url.origin, url])).values()]
}

function join(findings: readonly Finding[]): string {
  return findings
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join(' ')
}

/** What is wrong comes first: it is why somebody asked. */
function summarise(name: string, findings: readonly Finding[]): Diagnosis {
  const wrong = findings.filter(({ isGood }) => !isGood)
  if (wrong.length === 0) return { isHealthy: true, text: `${name} is well. ${join(findings)}` }
  const rest = join(findings.filter(({ isGood }) => isGood))
  return {
    isHealthy: false,
    text: `${name} has a problem. ${join(wrong)}${rest === '' ? '' : ` What is well: ${rest}`}`,
  }
}
