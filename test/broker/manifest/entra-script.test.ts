// The script runs in a real bash; only `az`, which would need a directory of Microsoft's, is played by a few lines of shell.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEntraScript } from '../../../broker/manifest/entra-script.ts'

const settings = { publicUrl: 'https://sheetbroker.example.com', name: 'Sheetbroker', withGroups: false }

/** Knows one application once it was made, and writes down every call and the bodies that it was sent. */
const az = `#!/usr/bin/env bash
echo "$*" | head -1 >> "$AZ_STATE/calls"
case "$1 $2 $3" in
  'account show --query') echo tenant-1 ;;
  'ad app list') cat "$AZ_STATE/apps" 2>/dev/null || true ;;
  'ad app create') echo app-1 | tee "$AZ_STATE/apps" ;;
  'ad app show') echo object-1 ;;
  'ad sp show') test -e "$AZ_STATE/principal" ;;
  'ad sp create') touch "$AZ_STATE/principal" ;;
  'rest --method PATCH')
    while [ "$1" != --body ]; do shift; done
    echo "$2" | tr '\\n' ' ' >> "$AZ_STATE/bodies"; echo >> "$AZ_STATE/bodies" ;;
  *) echo "unknown: $*" >&2; exit 9 ;;
esac
`

describe('createEntraScript', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sheetbroker-entra-'))
    writeFileSync(join(directory, 'az'), az)
    chmodSync(join(directory, 'az'), 0o755)
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  function run(script: string, ...words: readonly string[]) {
    const env = { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}`, AZ_STATE: directory }
    return spawnSync('bash', ['-s', '--', ...words], { input: script, env, encoding: 'utf8' })
  }
  const read = (name: string) => (existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : '')

  test('registers the application, its scope and its addresses', () => {
    const { status, stdout, stderr } = run(createEntraScript(settings))
    expect([status, stderr]).toEqual([0, ''])
    const [first, second] = read('bodies')
      .trim()
      .split('\n')
      .map((body) => JSON.parse(body) as unknown)
    expect(first).toMatchObject({
      identifierUris: ['api://sheetbroker.example.com/app-1'],
      spa: { redirectUris: ['brk-multihub://sheetbroker.example.com'] },
      publicClient: { redirectUris: ['https://sheetbroker.example.com/sign-in/callback'] },
      api: { requestedAccessTokenVersion: 2, oauth2PermissionScopes: [{ value: 'access_as_user', isEnabled: true }] },
    })
    const granted = (second as { api: { preAuthorizedApplications: { appId: string }[] } }).api
      .preAuthorizedApplications
    expect(granted.map(({ appId }) => appId)).toEqual([
      'd3590ed6-52b3-4102-aeff-aad2292ab01c',
      '93d53678-613d-4013-afc1-62e9e444a0a5',
      'ea5a67f6-b6f3-4338-b240-c655ddc3cc8e',
      'app-1',
    ])
    expect(stdout).toContain('tenants: [tenant-1]\n    clientId: app-1\n')
  })

  test('run again, makes nothing anew and sends the same', () => {
    const script = createEntraScript({ ...settings, withGroups: true })
    run(script)
    const bodies = read('bodies')
    expect(bodies).toContain('"groupMembershipClaims": "SecurityGroup"')
    expect(run(script).status).toBe(0)
    expect(read('bodies')).toBe(bodies + bodies)
    expect(read('calls').match(/^ad (?:app|sp) create/gm)).toHaveLength(2)
  })

  test('takes no guess among several applications', () => {
    writeFileSync(join(directory, 'apps'), 'app-1\napp-2\n')
    const { status, stderr } = run(createEntraScript(settings))
    expect([status, stderr]).toEqual([1, expect.stringContaining('several applications')])
    expect(read('bodies')).toBe('')
    expect(run(createEntraScript(settings), 'app-2').stdout).toContain('clientId: app-2')
  })

  test('keeps a name a name', () => {
    const { stdout } = run(createEntraScript({ ...settings, name: "It's $(touch here)" }))
    expect(stdout).toContain("Registered It's $(touch here) as app-1.")
  })

  test.each(['http://sheetbroker.example.com', 'https://sheetbroker.example.com/path', ''])(
    'refuses %j',
    (publicUrl) => {
      expect(() => createEntraScript({ ...settings, publicUrl })).toThrow(TypeError)
    },
  )
})
