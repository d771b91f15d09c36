/** The key that signs the function's assertions (RFC 7523) in the end-to-end tests. */
import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify, type JWTVerifyResult } from 'jose'
import type { Harness } from './harness.ts'

export const KEY_OCID = 'ocid1.vaultsecret.oc1.phx.assertionkey'

/** The audience of assertions for OCI identity domains. */
export const IDENTITY_DOMAINS = 'https://identity.oraclecloud.com/'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Adds a private key to Vault. The function must not print any of its lines. */
export function addKey(harness: Harness, ocid: string, text = PRIVATE_KEY): void {
  const lines = text.split('\n').filter((line) => line.length > 40)
  for (const line of lines) harness.registerSecret(line)
  harness.vault.addSecret(ocid, text)
}

/** Rejects unless `PRIVATE_KEY` signed the assertion. */
export function verifyAssertion(
  harness: Harness,
  assertion: string | undefined,
): Promise<JWTVerifyResult> {
  return jwtVerify(harness.registerSecret(assertion ?? ''), publicKey)
}
