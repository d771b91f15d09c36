import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Kind } from './cloud/store.ts'
import { documents, steps, shellBlocks, under, type Block } from './support/documents.ts'
import { modelProblems } from './support/models.ts'
import {
  compartment,
  errorsOf,
  functions,
  settings,
  startSession,
  type Session,
} from './support/session.ts'

const blocks = documents.flatMap(shellBlocks)
let session: Session

beforeAll(async () => {
  session = await startSession()
})
afterAll(() => session.close())

function changes(from = 0): string[] {
  return session.cloud.requests.slice(from).filter((request) => !request.startsWith('GET'))
}

/** Adds an existing resource; returns the assignment of its OCID to the variable. */
function has(variable: string, kind: Kind, state = 'ACTIVE', members: object = {}): string {
  const { id } = session.cloud.store.add(kind, state, { compartmentId: compartment, ...members })
  return `${variable}=${id}`
}

describe('a step whose predecessor failed', () => {
  const dependent = blocks.filter(({ text }) =>
    /\b(oci|oci_wait|ensure|deploy_api|secret|fn|set_key)\b/.test(text),
  )
  const cases = dependent
    .filter(({ text }) => text !== functions && !text.startsWith('REGION='))
    .map((block, index): [string, Block] => [
      `${block.document}: ${block.heading} (${index})`,
      block,
    ])

  // Pasted into a shell that has the functions but no variables.
  it.each(cases)('%s names what is missing and changes nothing', async (_, block) => {
    const before = session.cloud.requests.length
    const { stderr } = await session.paste(functions, 'rm ~/oic.env', block.text)
    expect(stderr).toMatch(
      /bash: [A-Z_\d]+: parameter null or not set|function oic-gateway-authorizer not found/,
    )
    expect(changes(before)).toEqual([])
  })
})

describe('a work request that failed', () => {
  const message = 'out of capacity'
  afterEach(() => session.paste('rm -f ~/oic.env'))

  async function run(operation: string, variables: readonly string[], text: string) {
    session.cloud.work.failNext(operation, message)
    const before = session.cloud.requests.length
    const { stderr } = await session.paste(settings, functions, ...variables, text)
    return { stderr, changed: changes(before).map((request) => request.split('/').at(-1)) }
  }

  it('is reported with step and message; without its application the function is not deployed', async () => {
    const { stderr, changed } = await run(
      'CREATE_APPLICATION',
      ['NAMESPACE=x'],
      under(steps, /^3\. /)[1]?.text ?? '',
    )
    expect(stderr).toContain('oci fn application create ended as FAILED: out of capacity')
    expect(stderr).toContain('bash: FUNCTION: parameter null or not set')
    expect(changed).toEqual(['applications 200'])
    expect(session.commands.filter(({ args }) => args.includes('deploy'))).toEqual([])
  })

  it('stops before the log if the log group failed, which the logging API reports in its own way', async () => {
    const text = under(steps, /^4\. /)[0]?.text.replace(/^set_key[^]*/m, '') ?? ''
    const variables = ['FUNCTION=f APPLICATION=a INTROSPECTION_OCID=i OIC_OCID=o']
    const { stderr, changed } = await run('CREATE_LOG_GROUP', variables, text)
    expect(stderr).toContain(
      'step 4, permissions, log and keys: oci logging log-group create ended as FAILED: out of capacity',
    )
    expect(stderr).toContain('bash: LOG_GROUP: parameter null or not set')
    expect(changed).toEqual(['policies 200', 'logGroups 202'])
  })

  it('stops before the deployment if the gateway failed', async () => {
    const text = under(steps, /^5\. /)
      .map((block) => block.text)
      .join('\n')
    const { stderr, changed } = await run('CREATE_GATEWAY', ['FUNCTION=f'], text)
    expect(stderr).toContain(
      'step 5, the deployment: oci api-gateway gateway create ended as FAILED: out of capacity',
    )
    expect(stderr).toContain('bash: GATEWAY: parameter null or not set')
    expect(changed).toEqual(['gateways 200'])
  })

  it('keeps a log group that still has its log', async () => {
    const group = has('LOG_GROUP', 'loggroup')
    const log = has('LOG', 'log', 'ACTIVE', { logGroupId: group.split('=')[1] })
    const text = under(shellBlocks('docs/operations.md'), /^Take it down/)[0]?.text ?? ''
    const lines = text.split('\n').filter((line) => /^STEP|logging/.test(line))
    const { stderr } = await run('DELETE_LOG', [group, log], lines.join('\n'))
    expect(stderr).toContain(
      'taking it down: oci logging log delete ended as FAILED: out of capacity',
    )
    expect(stderr).toContain('taking it down: oci logging log-group delete failed')
    expect(session.cloud.store.live('loggroup')).toHaveLength(1)
  })

  it('is reported for a secret by its state', async () => {
    const variables = [has('VAULT', 'vault'), has('KEY', 'key', 'ENABLED'), 'STEP=one']
    const { stderr } = await run('CREATE_SECRET', variables, 'A=$(secret a b); echo "${A:?}"')
    expect(stderr).toContain('one: oci vault secret create-base64 ended as FAILED: out of capacity')
    expect(stderr).toContain('bash: A: parameter null or not set')
  })
})

// Each is a change of a documented step, which the replay must report.
describe('a wrong command', () => {
  const gateway = () => under(steps, /^5\. /)[0]?.text ?? ''
  const deploy = () => under(steps, /^5\. /)[1]?.text ?? ''

  async function paste(text: string, ...variables: string[]) {
    const before = session.ociCalls().length
    const { stderr } = await session.paste(
      'rm -f ~/oic.env',
      settings,
      functions,
      ...variables,
      text,
    )
    return errorsOf(session.ociCalls().slice(before), stderr).join('\n')
  }

  it('is rejected by oci: an unknown option', async () => {
    const wrong = gateway().replace('--subnet-id ', '--subnet ')
    expect(await paste(wrong)).toMatch(/No such option/i)
  })

  it('is rejected by oci: a wrong value of an option', async () => {
    const text = under(steps, /^4\. /)[0]?.text ?? ''
    const log = /^LOG=[^]*?\}\}'\)$/m.exec(text)?.[0] ?? ''
    const variables = [has('LOG_GROUP', 'loggroup'), 'APPLICATION=a']
    expect(await paste(log.replace('SERVICE', 'SERVICES'), ...variables)).toMatch(/invalid value/i)
  })

  // Neither oci nor the SDK's model of the request checks it.
  it('is rejected by the stand-in: a wrong endpoint type', async () => {
    expect(await paste(gateway().replace('PUBLIC', 'OPEN'))).toContain('endpointType')
  })

  it.each([
    ['member', 'functionId functionID', '"functionID"'],
    ['value', 'OVERWRITE REPLACE', '"REPLACE"'],
  ])(
    'is rejected by the SDK’s models: a wrong %s of a specification',
    async (_, change, problem) => {
      const known = session.cloud.bodies.length
      const resources = [has('GATEWAY', 'gateway'), has('FUNCTION', 'function')]
      await paste(deploy().replace(' \\', ` ${change} \\`), ...resources)
      const problems = modelProblems(session.cloud.bodies.slice(known)).join('\n')
      expect(problems).toContain(problem)
    },
  )
})
