/** The files in deploy on the local gateway, with values for their placeholders. */
import { readFile } from 'node:fs/promises'
import { startRig, type Rig, type RigOptions } from './gateway-rig.ts'
import { newKey, providerOrigin } from './gateway-token-rig.ts'

export const folder = new URL('../../deploy/', import.meta.url)
export const oicHost = 'your-oic-host.example.com'
export const echo = '/ic/api/integration/v1/flows/rest/ECHO/1.0'
export const signingKey = newKey('SIGNING_KEY')
export const basicCaller = { headers: ['Authorization', 'Basic Y2FsbGVy'] }
export const basicAtRoute = ['Basic cm91dGU=']

/** Fills in modulus and credentials; `e` is in the file, because almost all keys have the same one. */
export async function specificationIn(file: string, modulus = signingKey.n): Promise<unknown> {
  const text = await readFile(new URL(file, folder), 'utf8')
  const filled = text
    .replace('MODULUS_OF_THE_SIGNING_KEY', modulus)
    .replace('BASE64_OF_USER_COLON_PASSWORD', 'cm91dGU=')
    .replace('your-identity-domain.example.com', new URL(providerOrigin).host)
  return JSON.parse(filled)
}

export async function start(file: string, options: Partial<RigOptions> = {}): Promise<Rig> {
  const specification = await specificationIn(file)
  return startRig({ specification, pathPrefix: '/oic', origin: `https://${oicHost}`, ...options })
}
