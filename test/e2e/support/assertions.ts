/** The key that signs the function's assertions (RFC 7523) in the end-to-end tests. */
import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify, type JWTVerifyResult } from 'jose'
import type { World } from './world.ts'

export const KEY_OCID = 'ocid1.vaultsecret.oc1.phx.assertionkey'

/** The audience of assertions at identity domains of OCI. */
export const IDENTITY_DOMAINS = 'https://identity.oraclecloud.com/'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A private key in Vault, of which no line may be printed. */
export function keepKey(world: World, ocid: string, text = PRIVATE_KEY): void {
  for (const line of text.split('\n').filter((each) => each.length > 40)) world.keepSecret(line)
  world.vault.addSecret(ocid, text)
}

/** Rejects if the key has not signed it. */
export function verified(world: World, assertion: string | undefined): Promise<JWTVerifyResult> {
  return jwtVerify(world.keepSecret(assertion ?? ''), publicKey)
}
