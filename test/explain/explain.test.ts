import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { readLogLines } from '../../scripts/explain/log-lines.ts'
import { explainLine, toLogText } from '../../scripts/explain/log-report.ts'
import { readToken } from '../../scripts/explain/read-token.ts'
import { runScript } from '../support/run-script.ts'
import { useTemporaryFolder } from '../support/temporary-folder.ts'
import { jsonObject } from '../unit/support/tokens.ts'

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

const { write } = useTemporaryFolder()
const CONFIG = write('config.json', {
  ...BACKEND,
  audience: AUDIENCE,
  issuer: ISSUER,
  jwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }] }),
  algorithms: 'ES256',
})

const INTROSPECTING = write('introspecting.json', {
  data: {
    config: {
      ...BACKEND,
      audience: AUDIENCE,
      idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect`,
      idcs_app_client_id: 'introspector',
      idcs_app_client_secret_ocid: 'ocid1.vaultsecret.oc1..b',
    },
  },
})
const INVALID = write('invalid.json', { audience: AUDIENCE })

const TOKEN = await newToken(AUDIENCE)
const OTHER_AUDIENCE = 'https://other.example/'
const OTHER_TOKEN = await newToken(OTHER_AUDIENCE, { note: '\u202E\u2028\u{E0001}' })

function newToken(audience: string, claims: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ client_id: 'partner-a', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'a' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject('alice')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)
}

function explain(args: readonly string[], input: string) {
  return runScript('explain', args, { input })
}

describe('npm run explain', () => {
  const PERMITTED = [/^permitted: permitted\n/]
  const DENIED = [
    /^denied: audience_mismatch\n/,
    /^ {2}Caller: /m,
    `✗ audience [default]: expected ${AUDIENCE}, found ${OTHER_AUDIENCE} → audience_mismatch`,
  ]
  const NO_SECRET = [/^fault: secret_unavailable\n/, 'not_given']
  const INVALID_CONFIG = [/^fault: config_invalid\n/, /✗ \w+: /]

  it.each([
    [0, 'a valid token in its header', CONFIG, `Authorization: Bearer ${TOKEN}\n`, PERMITTED],
    [1, 'a denied token, with the responsible person', CONFIG, OTHER_TOKEN, DENIED],
    [2, 'a missing secret, without a prompt', INTROSPECTING, TOKEN, NO_SECRET],
    [2, 'an invalid configuration', INVALID, TOKEN, INVALID_CONFIG],
  ])('exits with %d for %s', async (expectedStatus, _case, configuration, input, expected) => {
    const { status, stdout } = await explain(['--config', configuration], input)

    for (const pattern of expected) expect(stdout).toMatch(pattern)
    expect(status).toBe(expectedStatus)
  })

  it('prints a JSON object without the signature and invisible characters', async () => {
    const { stdout } = await explain(['--config', CONFIG, '--json'], OTHER_TOKEN)
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
        actual: [OTHER_AUDIENCE],
        ok: false,
      }),
    )
    expect(stdout).not.toContain(OTHER_TOKEN.split('.')[2])
    expect(stdout).not.toMatch(/[\p{Cf}\p{Zl}]/u)
  })

  it('evaluates the token at another time', async () => {
    const now = new Date(Date.now() + 3_600_000).toISOString()
    const { stdout } = await explain(['--config', CONFIG, '--at', now], TOKEN)

    expect(stdout).toMatch(/^denied: token_expired\n/)
  })

  it.each([
    ['no configuration', [], 'a.b.c', '--config is missing'],
    ['a missing file', ['--config', '/nowhere'], 'a.b.c', '--config cannot be read (ENOENT)'],
    ['an unknown option', ['--tokn'], 'a.b.c', 'There is no option --tokn'],
    ['an invalid time', ['--config', CONFIG, '--at', 'noon'], 'a.b.c', '--at is not a time'],
    ['no token', ['--config', CONFIG], ' \n', 'There is no token'],
    ['two tokens', ['--config', CONFIG], 'a.b.c d.e.f', 'more than one word'],
    ['a token response', ['--config', CONFIG], '{"access_token":"a"}', 'This is JSON'],
    ['a key', ['--config', CONFIG], '-----BEGIN PUBLIC KEY-----', 'This is a PEM file'],
    ['Basic credentials', ['--config', CONFIG], 'Basic YTpi', 'Basic credentials'],
    [
      'a log without lines of the function',
      ['--log', '-'],
      'starting up\n',
      'no line of the function',
    ],
  ])('exits with 64 and one line for %s', async (_case, args, input, expected) => {
    const { status, stdout, stderr } = await explain(args, input)

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

describe('log lines', () => {
  const line = JSON.stringify(DECISION)

  it.each([
    ['unchanged', line],
    ['after a prefix', `2026-01-31 12:00:00 stdout ${line}`],
    ['between other lines', `starting\n${line}\n{"event":"summary"}`],
    ['in an export of OCI Logging', JSON.stringify({ data: { message: line, containerId: 'a' } })],
    [
      'in a search result',
      JSON.stringify({
        data: { results: [{ data: { logContent: { data: { message: `${line}\n` } } } }] },
      }),
    ],
    ['in an array of objects', JSON.stringify([{ logContent: { data: DECISION } }])],
  ])('are found %s', (_form, text) => {
    expect(readLogLines(text)).toEqual([DECISION])
  })

  it('are explained with the responsible person and the expected value', () => {
    const text = toLogText(explainLine(jsonObject(DECISION)))

    expect(text).toMatch(/^2026-01-31T12:00:00.000Z {2}deny: audience_mismatch\n/)
    expect(text).toMatch(/^ {2}caller: /m)
    expect(text).toContain(`expected ${AUDIENCE}`)
  })

  it('are printed once for each reason, with a count', () => {
    const later = { ...DECISION, time: '2026-01-31T12:05:00.000Z' }
    const text = toLogText([DECISION, later].map(jsonObject).flatMap(explainLine))

    expect(text).toContain('× 2, the last at 2026-01-31T12:05:00.000Z')
  })

  it('are explained for each problem of a configuration', () => {
    const problems = [{ key: 'audience', problem: 'is missing', remedy: 'Give it.' }]
    const explained = explainLine(jsonObject({ event: 'config_invalid', problems }))

    expect(explained).toMatchObject([
      { reason: 'audience', meaning: 'audience is missing', remedy: 'Give it.' },
    ])
  })

  it('are reported if the reason is of a different version', () => {
    const [explained] = explainLine(jsonObject({ ...DECISION, reason: 'toString' }))

    expect(explained?.meaning).toContain('not a reason of this version')
  })
})

describe('readToken', () => {
  it.each(['abc', 'Bearer abc', 'bearer  abc', 'Authorization: Bearer abc', '\uFEFFabc\r\n'])(
    'reads %j',
    (text) => {
      expect(readToken(text)).toBe('abc')
    },
  )
})
