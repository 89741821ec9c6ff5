// Holds our grammar against the published schema, by the verdicts of xmllint (Debian: libxml2-utils). Neither is part of the product:
// where the tool or the folder of schemas is absent these tests are skipped. MANIFEST_XSD names the schema when it lies elsewhere.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkManifest } from '../../../broker/manifest/check-manifest.ts'
import { createDice, mutate } from './mutants.ts'

const folder = new URL('samples/', import.meta.url)
const shared = new URL('../../../../shared/data/manifest-xsd/OfficeAppManifestV1_1.xsd', import.meta.url).pathname
const schema = process.env['MANIFEST_XSD'] ?? shared
const canRun = existsSync(schema) && spawnSync('xmllint', ['--version']).error === undefined

const valid = {
  'our own': readFileSync(new URL('../../../manifest.xml', import.meta.url), 'utf8'),
  'one with every element of a task pane': readFileSync(new URL('everything.xml', folder), 'utf8'),
  'a content add-in’s': readFileSync(new URL('content.xml', folder), 'utf8'),
}

/** Which of the documents the schema refuses. */
function refusedBySchema(documents: readonly string[]): boolean[] {
  const directory = mkdtempSync(join(tmpdir(), 'sheetbroker-manifests-'))
  try {
    const files = documents.map((document, index) => {
      const file = join(directory, `${index}.xml`)
      writeFileSync(file, document)
      return file
    })
    const { stderr } = spawnSync('xmllint', ['--noout', '--schema', schema, ...files], {
      encoding: 'utf8',
      maxBuffer: 100_000_000,
    })
    const accepted = new Set([...stderr.matchAll(/^(\S+) validates$/gm)].map(([, file]) => file))
    return files.map((file) => !accepted.has(file))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function refusedByGrammar(document: string): boolean {
  return checkManifest(document).some(({ rule, level }) => rule === 'schema' && level === 'error')
}

/** libxml2's matcher takes four and five letters for the schema's "two or three"; there it is no judge. */
const misjudged = /(?:Locale="|<DefaultLocale>|<TargetDialect>)[A-Za-z]{4,5}["<]/

describe.skipIf(!canRun)('the grammar and the published schema', () => {
  test.each(Object.entries(valid))('both accept %s', (_name, document) => {
    expect(refusedBySchema([document])).toEqual([false])
    expect(checkManifest(document)).toEqual([])
  })

  const seed = Number(process.env['MANIFEST_SEED'] ?? 1)
  const perManifest = Number(process.env['MANIFEST_MUTANTS'] ?? 400)
  test.each(Object.entries(valid))(`agree on ${perManifest} mutants of %s`, { timeout: 60_000 }, (_name, document) => {
    const dice = createDice(seed)
    const mutants = Array.from({ length: perManifest }, () => mutate(document, dice)).filter(
      (mutant) => !misjudged.test(mutant),
    )
    const refused = refusedBySchema(mutants)
    const disagreements = mutants.filter((mutant, index) => refusedByGrammar(mutant) !== refused[index])
    expect(disagreements).toEqual([])
    // Both verdicts must occur, or the mutants would show nothing.
    expect(refused.filter(Boolean).length).toBeGreaterThan(perManifest / 4)
    expect(refused.filter((isRefused) => !isRefused).length).toBeGreaterThan(perManifest / 100)
  })
})
