// What Microsoft 365 refuses in a unified manifest or its package, found without sending it anywhere.
import { unzipSync } from 'fflate'
import type { ManifestFinding } from './finding.ts'
import { measurePng } from './icon-files.ts'
import { unifiedManifest, type UnifiedManifest } from './unified-schema.ts'

/** Packages are small; what is larger would only cost memory. */
const mostPackageBytes = 20_000_000

/** What is in a package beside the manifest, by name. */
type PackageFiles = Readonly<Record<string, Uint8Array>>

/** Every finding in the text of a unified manifest; places are paths such as `extensions[0].ribbons`. */
export function checkUnifiedManifest(json: string): readonly ManifestFinding[] {
  const { findings } = readUnified(json)
  return findings
}

/** Every finding in a package: its manifest, and the files that it names. */
export function checkPackage(bytes: Uint8Array): readonly ManifestFinding[] {
  let files: PackageFiles
  try {
    files = unzipSync(bytes, { filter: ({ originalSize }) => originalSize <= mostPackageBytes })
  } catch {
    return [error('', 'This is no zip file.')]
  }
  const text = files['manifest.json']
  if (!text) return [error('', 'manifest.json is missing in the package, at its top.')]
  const { manifest, findings } = readUnified(new TextDecoder().decode(text))
  return manifest === undefined ? findings : [...findings, ...checkFiles(manifest, files)]
}

function readUnified(json: string): {
  readonly manifest: UnifiedManifest | undefined
  readonly findings: readonly ManifestFinding[]
} {
  let data: unknown
  try {
    data = JSON.parse(json)
  } catch (cause) {
    return { manifest: undefined, findings: [error('', `This is no JSON: ${String(cause)}`)] }
  }
  const parsed = unifiedManifest.safeParse(data)
  if (!parsed.success) {
    const findings = parsed.error.issues.map(({ path, message }) => error(pathOf(path), message))
    return { manifest: undefined, findings }
  }
  return { manifest: parsed.data, findings: checkRules(parsed.data) }
}

function checkRules(manifest: UnifiedManifest): readonly ManifestFinding[] {
  const findings: ManifestFinding[] = []
  for (const [index, domain] of (manifest.validDomains ?? []).entries()) {
    if (!/^[^\s/?#@\\*]+$/.test(domain) || !URL.canParse(`https://${domain}`)) {
      const text = `${domain} must be a host, as sheetbroker.example.com: no scheme, no path, no wildcard.`
      findings.push(error(`validDomains[${index}]`, text))
    }
  }
  for (const extension of manifest.extensions ?? []) {
    const runtimes = extension.runtimes ?? []
    const actions = new Map(
      runtimes.flatMap((runtime) => (runtime.actions ?? []).map(({ id, type }) => [id, type] as const)),
    )
    const ids = new Ids(findings)
    for (const [index, runtime] of runtimes.entries()) {
      const at = `extensions[0].runtimes[${index}]`
      ids.add(`${at}.id`, runtime.id)
      for (const [place, { id }] of (runtime.actions ?? []).entries()) ids.add(`${at}.actions[${place}].id`, id)
      for (const [place, { id }] of (runtime.customFunctions?.functions ?? []).entries())
        ids.add(`${at}.customFunctions.functions[${place}].id`, id)
      if (runtime.customFunctions && runtime.lifetime !== 'long')
        findings.push(error(`${at}.lifetime`, 'Functions that share the pane’s runtime need lifetime "long".'))
    }
    for (const { at, control } of controlsOf(extension)) {
      ids.add(`${at}.id`, control.id)
      const sizes = control.icons.map(({ size }) => size)
      for (const size of [16, 32, 80] as const) {
        if (!sizes.includes(size)) findings.push(error(`${at}.icons`, `The icon lacks the size ${size}.`))
      }
      if (control.type === 'button' && !actions.has(control.actionId ?? ''))
        findings.push(error(`${at}.actionId`, `No runtime has the action ${control.actionId ?? ''}.`))
      for (const [place, item] of (control.items ?? []).entries()) {
        ids.add(`${at}.items[${place}].id`, item.id)
        if (!actions.has(item.actionId))
          findings.push(error(`${at}.items[${place}].actionId`, `No runtime has the action ${item.actionId}.`))
      }
    }
  }
  return findings
}

type Extension = NonNullable<UnifiedManifest['extensions']>[number]
type Control = NonNullable<
  NonNullable<NonNullable<Extension['ribbons']>[number]['tabs'][number]['groups']>[number]['controls']
>[number]

function controlsOf(extension: Extension): readonly { readonly at: string; readonly control: Control }[] {
  return (extension.ribbons ?? []).flatMap(({ tabs }, ribbon) =>
    tabs.flatMap(({ groups }, tab) =>
      (groups ?? []).flatMap(({ controls }, group) =>
        (controls ?? []).map((control, index) => ({
          at: `extensions[0].ribbons[${ribbon}].tabs[${tab}].groups[${group}].controls[${index}]`,
          control,
        })),
      ),
    ),
  )
}

/** Ids that are there once. */
class Ids {
  readonly #seen = new Set<string>()
  readonly #findings: ManifestFinding[]

  constructor(findings: ManifestFinding[]) {
    this.#findings = findings
  }

  add(at: string, id: string): void {
    if (this.#seen.has(id)) this.#findings.push(error(at, `The id ${id} is there twice.`))
    this.#seen.add(id)
  }
}

function checkFiles(manifest: UnifiedManifest, files: PackageFiles): readonly ManifestFinding[] {
  const findings: ManifestFinding[] = []
  const icons = { color: 192, outline: 32, color32x32: 32 } as const
  for (const name of ['color', 'outline', 'color32x32'] as const) {
    const file = manifest.icons[name]
    if (file === undefined) continue
    const size = files[file] && measurePng(files[file])
    if (size?.width !== icons[name] || size.height !== icons[name]) {
      const text = `${file} must be in the package, a PNG of ${icons[name]} x ${icons[name]} pixels.`
      findings.push(error(`icons.${name}`, text))
    }
  }
  const languages = manifest.localizationInfo?.additionalLanguages ?? []
  for (const [index, { file }] of languages.entries()) {
    const problem = findLanguageProblem(files[file])
    if (problem !== undefined) {
      findings.push(error(`localizationInfo.additionalLanguages[${index}]`, `${file} ${problem}.`))
    }
  }
  return findings
}

function findLanguageProblem(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return 'is missing in the package'
  try {
    const data: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const names = typeof data === 'object' && data !== null ? Object.keys(data) : []
    const missing = ['name.short', 'description.short', 'description.full'].filter((name) => !names.includes(name))
    return missing.length > 0 ? `lacks ${missing.join(', ')}` : undefined
  } catch {
    return 'is no JSON'
  }
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

function error(at: string, message: string): ManifestFinding {
  return { line: 0, column: 0, at, message, level: 'error', rule: 'schema' }
}
