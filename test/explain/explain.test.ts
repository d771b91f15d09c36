import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { readLogLines } from '../../scripts/explain/log-lines.ts'
import { explainLine, toLogText } from '../../scripts/explain/log-report.ts'
import { parseJsonObject, type JsonObject } from '../../src/platform/json.ts'
import { readToken } from '../../scripts/explain/read-token.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ISSUER = 'https://idp.example.com/'
const AUDIENCE = 'https://api.example.com/'
const DOMAIN = 'https://idcs-1.identity.oraclecloud.com'
const BACKEND = {
  back_end_token_endpoint: `${DOMAIN}/oauth2/v1/token`,
  back_end_app_client_id: 'client',
  back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1..a',
  back_end_scope: 'https://oic.example.com:443urn:opc:resource:consumer::all',
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

let folder: string
let config: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'explain-'))
  config = write('config.json', {
    ...BACKEND,
    audience: AUDIENCE,
    issuer: ISSUER,
    jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }] }),
    algorithms: 'ES256',
  })
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function write(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

function token(audience: string, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ client_id: 'partner-a', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'a' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject('alice')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)
}

function explain(words: readonly string[], input: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/explain.ts', ...words],
    { cwd: ROOT, input, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

describe('npm run explain', () => {
  it('exits with 0 for a valid token, in any form in which it was pasted', async () => {
    const pasted = `Authorization: Bearer ${await token(AUDIENCE)}\n`
    const { status, stdout } = explain(['--config', config], pasted)

    expect(stdout).toMatch(/^permitted: permitted\n/)
    expect(status).toBe(0)
  })

  it('exits with 1 for a denied token, with the failed check and who has to change what', async () => {
    const { status, stdout } = explain(['--config', config], await token('https://other.example/'))

    expect(stdout).toMatch(/^denied: audience_mismatch\n/)
    expect(stdout).toMatch(/^ {2}Caller: /m)
    expect(stdout).toContain(
      `✗ audience [default]: expected ${AUDIENCE}, found https://other.example/ → audience_mismatch`,
    )
    expect(status).toBe(1)
  })

  it('prints one JSON object without the signature and without invisible characters', async () => {
    const bad = await token('https://other.example/', { note: '\u202E\u2028\u{E0001}' })
    const { stdout } = explain(['--config', config, '--json'], bad)
    const report = JSON.parse(stdout) as Record<string, unknown>

    expect(report).toMatchObject({
      outcome: 'deny',
      reason: 'audience_mismatch',
      issuer: 'default',
      claims: { note: '\u202E\u2028\u{E0001}' },
    })
    expect(report['checks']).toContainEqual(
      expect.objectContaining({
        name: 'audience',
        expected: [AUDIENCE],
        actual: ['https://other.example/'],
        ok: false,
      }),
    )
    expect(stdout).not.toContain(bad.split('.')[2])
    expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}]/u)
  })

  it('evaluates the token at another time', async () => {
    const now = new Date(Date.now() + 3_600_000).toISOString()
    const { stdout } = explain(['--config', config, '--at', now], await token(AUDIENCE))

    expect(stdout).toMatch(/^denied: token_expired\n/)
  })

  it('exits with 2 if a required secret was not given, without a prompt', async () => {
    const values = {
      ...BACKEND,
      audience: AUDIENCE,
      idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect`,
      idcs_app_client_id: 'introspector',
      idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1..b',
    }
    const introspecting = write('introspecting.json', { data: { config: values } })
    const { status, stdout } = explain(['--config', introspecting], await token(AUDIENCE))

    expect(stdout).toMatch(/^fault: secret_unavailable\n/)
    expect(stdout).toContain('not_given')
    expect(status).toBe(2)
  })

  it('exits with 2 and the problems of an invalid configuration', async () => {
    const broken = write('broken.json', { audience: AUDIENCE })
    const { status, stdout } = explain(['--config', broken], await token(AUDIENCE))

    expect(stdout).toMatch(/^fault: config_invalid\n/)
    expect(stdout).toMatch(/✗ \w+: /)
    expect(status).toBe(2)
  })

  it.each([
    ['no configuration', [], 'a.b.c', '--config is missing'],
    ['a missing file', ['--config', '/nowhere'], 'a.b.c', '--config cannot be read (ENOENT)'],
    ['an unknown option', ['--tokn'], 'a.b.c', 'There is no option --tokn'],
    ['no time', ['--config', 'CONFIG', '--at', 'noon'], 'a.b.c', '--at is not a time'],
    ['no token', ['--config', 'CONFIG'], ' \n', 'There is no token'],
    ['two tokens', ['--config', 'CONFIG'], 'a.b.c d.e.f', 'more than one word'],
    ['a token response', ['--config', 'CONFIG'], '{"access_token":"a"}', 'This is JSON'],
    ['a key', ['--config', 'CONFIG'], '-----BEGIN PUBLIC KEY-----', 'This is a PEM file'],
    ['Basic credentials', ['--config', 'CONFIG'], 'Basic YTpi', 'Basic credentials'],
    ['another log', ['--log', '-'], 'starting up\n', 'no line of the function'],
  ])('exits with 64 and one line for %s', (_case, words, input, expected) => {
    const given = words.map((word) => (word === 'CONFIG' ? config : word))
    const { status, stdout, stderr } = explain(given, input)

    expect(stderr).toContain(expected)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(status).toBe(64)
  })
})

const DECISION = {
  time: '2026-01-31T12:00:00.000Z',
  level: 'info',
  event: 'decision',
  outcome: 'deny',
  reason: 'audience_mismatch',
  issuer: 'default',
  client_id: null,
  expected: [AUDIENCE],
}

function parsed(line: unknown): JsonObject {
  const object = parseJsonObject(Buffer.from(JSON.stringify(line)))
  if (object === undefined) throw new Error('not an object')
  return object
}

describe('log lines', () => {
  const line = JSON.stringify(DECISION)

  it.each([
    ['as they are', line],
    ['after a prefix', `2026-01-31 12:00:00 stdout ${line}`],
    ['among others', `starting\n${line}\n{"event":"summary"}`],
    ['as OCI Logging exports them', JSON.stringify({ data: { message: line, containerId: 'a' } })],
    [
      'as a search returns them',
      JSON.stringify({
        data: { results: [{ data: { logContent: { data: { message: `${line}\n` } } } }] },
      }),
    ],
    ['as an array of objects', JSON.stringify([{ logContent: { data: DECISION } }])],
  ])('are found: %s', (_form, text) => {
    expect(readLogLines(text)).toEqual([DECISION])
  })

  it('are explained: meaning, who has to change what, and the expected value', () => {
    const text = toLogText(explainLine(parsed(DECISION)))

    expect(text).toMatch(/^2026-01-31T12:00:00.000Z {2}deny: audience_mismatch\n/)
    expect(text).toMatch(/^ {2}caller: /m)
    expect(text).toContain(`expected ${AUDIENCE}`)
  })

  it('with the same reason are printed once, with a count', () => {
    const later = { ...DECISION, time: '2026-01-31T12:05:00.000Z' }
    const text = toLogText([DECISION, later].map(parsed).flatMap(explainLine))

    expect(text).toContain('× 2, the last at 2026-01-31T12:05:00.000Z')
  })

  it('of a configuration with problems are explained one by one', () => {
    const problems = [{ key: 'audience', problem: 'is missing', remedy: 'Give it.' }]
    const explained = explainLine(parsed({ event: 'config_invalid', problems }))

    expect(explained).toMatchObject([
      { reason: 'audience', meaning: 'audience is missing', remedy: 'Give it.' },
    ])
  })

  it('with a reason of another version are reported as such', () => {
    const [explained] = explainLine(parsed({ ...DECISION, reason: 'toString' }))

    expect(explained?.meaning).toContain('not a reason of this version')
  })
})

describe('a token', () => {
  it.each(['abc', 'Bearer abc', 'bearer  abc', 'Authorization: Bearer abc', '\uFEFFabc\r\n'])(
    'is read from %j',
    (text) => {
      expect(readToken(text)).toBe('abc')
    },
  )
})
