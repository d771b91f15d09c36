/**
 * Owns the proof that the README's steps run as they stand: in their order, without a secret on a
 * command line, and so that a lost session can be taken up again.
 * I/O: reads the README; runs its shell blocks with stubs for all that they call.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SECRETS = ['introspections-secret', 'callers-secret', 'oics-secret'] as const
const ANSWERS = [
  ['introspections-id', SECRETS[0]],
  ['callers-id', SECRETS[1]],
  ['oics-id', SECRETS[2]],
  ['callers-id', SECRETS[1]],
].flat()

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const steps = readme.slice(
  readme.indexOf('\n## Get it live by hand'),
  readme.indexOf('\n## Configuration'),
)
const blocks = [...steps.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steps-'))
  mkdirSync(join(folder, 'bin'))
  for (const name of ['oci', 'fn', 'docker', 'curl', 'sleep']) {
    symlinkSync(join(ROOT, 'test/documentation/stubs/any-command'), join(folder, 'bin', name))
  }
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true })
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function bash(script: string, input = '') {
  return spawnSync('bash', ['--norc', '-u', '-c', script], {
    cwd: folder,
    env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, HOME: folder, NOTES: folder },
    encoding: 'utf8',
    input,
  })
}

function written(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

describe('the steps', () => {
  let ending: ReturnType<typeof bash>
  let calls: string
  beforeAll(() => {
    const own = 'OIC_PATH=/ic/api/integration/v2/flows/rest/ORDERS/2.0 OIC_HOST=oic.example\n'
    const [settings = '', ...more] = blocks
    ending = bash([settings, own, ...more].join('\n'), `${ANSWERS.join('\n')}\n`)
    calls = written('calls')
  })

  it('miss nothing that they use', () => {
    expect([ending.status, ending.stderr]).toEqual([0, ''])
  })

  it('come in the order in which each has what it needs', () => {
    const order = [
      'oci kms management vault create',
      'oci kms management key create',
      'oci vault secret create-base64',
      'fn update context oracle.image-compartment-id',
      'fn -v deploy',
      'docker logout',
      'oci iam policy create --region eu-zurich-1',
      'oci logging log create',
      'fn config function',
      'fn invoke',
      'oci api-gateway deployment create',
      'curl -i https://gateway.example/oic/health',
    ]

    expect(order.map((call) => calls.indexOf(call))).toEqual(
      order.map((call) => calls.indexOf(call)).toSorted((a, b) => a - b),
    )
    expect(order.filter((call) => !calls.includes(call))).toEqual([])
  })

  it('wait for the vault with a question, and make one key', () => {
    expect(calls.match(/key list/g)).toHaveLength(2)
    expect(calls.match(/key create/g)).toHaveLength(1)
  })

  it('have no secret on a command line, and the right ones in Vault', () => {
    const given = written('given')

    expect(SECRETS.filter((secret) => calls.includes(secret))).toEqual([])
    for (const secret of [SECRETS[0], SECRETS[2]]) {
      const content = Buffer.from(secret).toString('base64')
      expect(given).toContain(`{"secretContentContent":"${content}"}\n`)
    }
  })

  it('lead the deployment to the integration, and leave no placeholder', () => {
    const specification = written('specification.json')

    expect(specification).toContain(
      'https://oic.example/ic/api/integration/v2/flows/rest/ORDERS/2.0/',
    )
    expect(specification).not.toMatch(/ECHO|your-oic-host|UNIQUE/)
  })

  it('can be taken up in another session, where secrets have to be typed again', () => {
    const { stdout, stderr } = bash(
      '. ~/oic.env; echo "$FUNCTION $API"; type -t ask token secret set_key unset_key | uniq',
    )

    expect([stdout, stderr]).toEqual(['ocid1.fnfunc https://gateway.example/oic\nfunction\n', ''])
    const kept = written('oic.env')
    expect([...SECRETS, 'the.token'].filter((secret) => kept.includes(secret))).toEqual([])
  })

  it('tell of a domain that does not answer', () => {
    const { status, stdout, stderr } = bash(
      '. ~/oic.env; ID=a SECRET=b; token https://down.example scope',
    )

    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      'no token from https://down.example: no answer\n',
    ])
  })
})
