/**
 * `npm run flood`: sends a million distinct tokens, valid and invalid, to one instance that has 128 MiB,
 * whose memory must not grow.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createResourcePrincipal } from '../stack/resource-principal.ts'
import { start } from './bench/runner.ts'
import { buildFirst } from './command-line/build-first.ts'
import { imageNodeOptions } from './build/node-options.ts'
import { nodeOption } from './command-line/node-option.ts'
import { wholeNumber } from './command-line/options.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { smallMemory } from './soak/small-memory.ts'
import { configurationsFor } from './build/rehearsal/configurations.ts'
import { AUDIENCE, ISSUER, startDependencies } from './build/rehearsal/dependencies.ts'

const { values } = readCommandLine({
  name: 'flood',
  about: `Sends a million distinct tokens, valid and invalid, to one instance of the function, whose memory must
not grow. It builds first, and takes seven minutes. Exit status 1 if memory grew or an answer was wrong.`,
  options: {
    tokens: wholeNumber('tokens, half of them JWTs', {
      min: 1_000,
      max: 1_000_000_000,
      default: 1_000_000,
      step: 20,
    }),
    memory: wholeNumber('MiB that the instance has', { min: 1, max: 65_536, default: 128 }),
    node: nodeOption,
  },
})
buildFirst()
const total = values.tokens

/** Elliptic curves: a million RSA signatures would take longer than everything else. */
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const foreignKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const kid = 'SIGNING_KEY'
const dependencies = await startDependencies({
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }],
})
const principal = await createResourcePrincipal()
const configurations = configurationsFor(dependencies.url, principal.environment)
const now = Math.floor(Date.now() / 1000)

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
function jwt(key: typeof privateKey, keyId: string, claims: object = {}): string {
  const payload = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomBytes(8).toString('hex'),
    client_id: 'partner-a',
    exp: now + 36_000,
    ...claims,
  }
  const input = `${encoded({ alg: 'ES256', kid: keyId })}.${encoded(payload)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}
function random(): string {
  return randomBytes(24).toString('base64url')
}

interface Kind {
  readonly isValid: boolean
  readonly make: () => string
}
const JWTS: readonly Kind[] = [
  { isValid: true, make: () => jwt(privateKey, kid) },
  // Wrong signature, unknown key, expired, wrong audience, malformed
  { isValid: false, make: () => jwt(foreignKey, kid) },
  { isValid: false, make: () => jwt(foreignKey, random()) },
  { isValid: false, make: () => jwt(privateKey, kid, { exp: now - 3600 }) },
  { isValid: false, make: () => jwt(privateKey, kid, { aud: random() }) },
  { isValid: false, make: () => `${random()}.${random()}.${random()}` },
]
const OPAQUE: readonly Kind[] = [
  { isValid: true, make: random },
  { isValid: false, make: () => `${random()} ${random()}` },
]

const memory = smallMemory(values.memory, values.node)
console.log(memory ? `in ${values.memory} MiB` : 'memory cannot be limited here')

async function flood(
  name: string,
  environment: Readonly<Record<string, string>>,
  kinds: readonly Kind[],
  count: number,
): Promise<boolean> {
  const node = memory?.node ?? values.node
  const command = [node, ...imageNodeOptions(), 'dist/func.js']
  const running = await start({ command, environment })
  const resident: number[] = []
  let wrong = 0
  for (let sent = 0; sent < count; sent += 1) {
    if (sent % (count / 10) === 0) resident.push(Math.round(running.residentMebibytes()))
    const kind = kinds[sent % kinds.length]
    const token = `Bearer ${kind?.make() ?? ''}`
    const { body } = await running.call(JSON.stringify({ type: 'TOKEN', token }))
    if (body.includes('"active":true') !== kind?.isValid) wrong += 1
  }
  resident.push(Math.round(running.residentMebibytes()))
  await running.end()
  const [, , , settled = 0] = resident
  const last = resident.at(-1) ?? Number.NaN
  console.log(
    `${name}: ${count} tokens, ${wrong} wrong answers, resident ${resident.join(' ')} MiB`,
  )
  return wrong === 0 && last <= values.memory && last - settled <= 8
}

const results = [
  await flood(
    'JWTs',
    { ...configurations.jwt, algorithms: 'ES256', log_level: 'error' },
    JWTS,
    total / 2,
  ),
  await flood(
    'introspection, cached for 300 s',
    { ...configurations.introspection, introspection_cache_seconds: '300', log_level: 'error' },
    OPAQUE,
    total / 2,
  ),
]
dependencies.close()
principal.remove()
const used = memory?.end()
if (used) console.log(`peak ${used.peakMebibytes} MiB, ${used.killed} processes killed`)
process.exitCode = results.every(Boolean) && (used?.killed ?? 0) === 0 ? 0 : 1
