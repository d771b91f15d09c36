import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { modelProblems } from './support/models.ts'
import { shellBlocks, under } from './support/documents.ts'
import {
  errorsOf,
  compartment,
  functions,
  settings,
  startSession,
  type Session,
} from './support/session.ts'
import { credentials } from './support/world.ts'

const page = shellBlocks('docs/patterns.md')
let session: Session

beforeAll(async () => {
  session = await startSession()
  const { store } = session.cloud
  const compartmentId = compartment
  const vault = store.add('vault', 'ACTIVE', { compartmentId, displayName: 'oic-authorizer' })
  const key = store.add('key', 'ENABLED', { compartmentId, displayName: 'oic-authorizer' })
  const gateway = store.add('gateway', 'ACTIVE', { compartmentId, hostname: 'gateway.example.com' })
  await session.paste(
    settings,
    `VAULT=${vault.id} KEY=${key.id} GATEWAY=${gateway.id} STEP='without a function'`,
    functions,
  )
})
afterAll(() => session.close())

/** The statuses that the block's `curl` commands show, after a paste without errorsOf. */
async function statuses(heading: RegExp, before = '') {
  const earlier = session.ociCalls().length
  const { stdout, stderr } = await session.paste(
    before,
    ...under(page, heading).map(({ text }) => text),
    'keep',
  )
  expect(errorsOf(session.ociCalls().slice(earlier), stderr)).toEqual([])
  const lines = [...stdout.matchAll(/HTTP\/1.1 (\d+)\n\n(.*)/g)]
  return lines.map(([, status = '', body = '']) => `${status} ${body}`)
}

const token = 'ask caller; TOKEN=$(token "$CALLERS" https://api.example.com/echo:invoke)'
const version = 'V1=https://gateway.example.com/v1'
const key =
  'SIGNING_KEY_N=$(curl -sS "$CALLERS/admin/v1/SigningCert/jwk" | sed -n \'s/.*"n" *: *"\\([^"]*\\)".*/\\1/p\')'
const user = `OIC_USER=${credentials.user[0]} OIC_PASSWORD=${credentials.user[1]}`
const basic = `BASIC=${Buffer.from(credentials.user.join(':')).toString('base64')}`

// The local gateway runs what was deployed, and refuses what it does not know.
describe('without a function', () => {
  it('1: a route without authentication answers', async () => {
    expect(await statuses(/^1\. /)).toEqual(['200 {"message":"Hello"}'])
  })

  it('2: remote keys', async () => {
    const [denied, permitted] = await statuses(/^2\. /, version)
    expect([denied?.slice(0, 3), permitted]).toEqual(['401', '200 {"message":"Hello"}'])
  })

  it('3: static keys', async () => {
    const [denied, permitted] = await statuses(/^3\. /, `${version}\n${token}`)
    expect([denied?.slice(0, 3), permitted]).toEqual(['401', '200 {"message":"Hello"}'])
  })

  it('4: a token, then Basic credentials from Vault', async () => {
    const [denied, permitted] = await statuses(/^4\. /, `${version}; ${key}\n${token}`)
    expect([denied?.slice(0, 3), permitted]).toEqual(['401', '200 integration called with Basic'])
  })

  it('5: Basic credentials of the caller', async () => {
    expect(await statuses(/^5\. /, `${version} ${user}`)).toEqual([
      '401 rejected by OIC',
      '200 integration called with Basic',
    ])
  })

  it('6: Basic credentials at the route, for all callers', async () => {
    expect(await statuses(/^6\. /, `${version} ${basic}`)).toEqual([
      '200 integration called with Basic',
    ])
    expect(session.cloud.store.all('deployment')).toHaveLength(1)
  })

  it('is removed', async () => {
    await statuses(/^Take it down/)
    expect(session.cloud.store.live('deployment')).toEqual([])
    expect(session.cloud.store.live('secret')).toEqual([])
  })

  it('matches the SDK’s models, and has no secret on a command line', () => {
    expect(modelProblems(session.cloud.bodies)).toEqual([])
    const lines = session.ociCalls().map(({ args }) => args.join(' '))
    const secret = credentials.user[1]
    const encoded = Buffer.from(credentials.user.join(':')).toString('base64')
    expect(lines.filter((line) => line.includes(secret) || line.includes(encoded))).toEqual([])
  })
})
