import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, showValue } from '../../broker/config.ts'

function mistakesOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('loadConfig', () => {
  test('has a default for every setting', () => {
    const { config, origins } = loadConfig({})
    expect(config.SHEETBROKER_PORT).toBe(8080)
    expect(config.SHEETBROKER_DATABASE_URL).toBeUndefined()
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']))
  })

  test('prefers the command line to the environment', () => {
    const { config, origins } = loadConfig({ SHEETBROKER_PORT: '1' }, { SHEETBROKER_PORT: '2' })
    expect(config.SHEETBROKER_PORT).toBe(2)
    expect(origins['SHEETBROKER_PORT']).toBe('command line')
  })

  test('reads a setting from the file that <NAME>_FILE names', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'url')
    writeFileSync(file, 'postgres://u:hunter2@db/x\n')
    const { config, origins } = loadConfig({ SHEETBROKER_DATABASE_URL_FILE: file })
    expect(config.SHEETBROKER_DATABASE_URL?.reveal()).toBe('postgres://u:hunter2@db/x')
    expect(origins['SHEETBROKER_DATABASE_URL']).toBe('file')
    expect(showValue(config.SHEETBROKER_DATABASE_URL)).toBe('[secret]')
  })

  test('reports all mistakes at once, and repeats no value', () => {
    const text = mistakesOf({
      SHEETBROKER_PORT: '99999',
      SHEETBROKER_PUBLIC_URL: 'https://example.com/hunter2',
      SHEETBROKER_DATABASE_URL: 'hunter2',
      SHEETBROKER_TLS_CERT: '/hunter2',
      SHEETBROKER_PROT: '1',
    })
    for (const name of ['PORT', 'PUBLIC_URL', 'DATABASE_URL', 'TLS_CERT', 'PROT'])
      expect(text).toContain(`SHEETBROKER_${name}:`)
    expect(text).not.toContain('hunter2')
  })

  test.each(['', '-1', '1.5', '0x10', '1e3', 'many'])('refuses %j as a port', (port) => {
    expect(mistakesOf({ SHEETBROKER_PORT: port })).toContain('SHEETBROKER_PORT')
  })

  test('refuses a setting that is given twice', () => {
    expect(mistakesOf({ SHEETBROKER_PORT: '1', SHEETBROKER_PORT_FILE: '/nowhere' })).toContain('not both')
  })
})
