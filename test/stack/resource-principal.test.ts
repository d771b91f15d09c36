import { createPrivateKey } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { createResourcePrincipal } from '../../stack/resource-principal.ts'

describe('the resource principal', () => {
  it('makes its files readable only for their owner, and removes them', async () => {
    const own = await createResourcePrincipal({ region: 'eu-frankfurt-1' })
    const {
      OCI_RESOURCE_PRINCIPAL_RPST: token = '',
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: key = '',
    } = own.environment
    expect(own.environment['OCI_RESOURCE_PRINCIPAL_REGION']).toBe('eu-frankfurt-1')
    expect([token, key].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    expect(own.keyId).toBe(`ST$${readFileSync(token, 'utf8')}`)
    expect(createPrivateKey(readFileSync(key, 'utf8')).asymmetricKeyType).toBe('rsa')
    own.remove()
    expect([token, key].map((path) => existsSync(path))).toEqual([false, false])
  })

  it('renews its files by itself before the token expires', async () => {
    const own = await createResourcePrincipal({ lifetimeSeconds: 0.1 })
    const { keyId } = own
    while (own.keyId === keyId) await delay(5)
    const path = own.environment['OCI_RESOURCE_PRINCIPAL_RPST'] ?? ''
    expect(`ST$${readFileSync(path, 'utf8')}`).not.toBe(keyId)
    own.remove()
  })

  it('writes nothing if it is removed during a renewal', async () => {
    const own = await createResourcePrincipal()
    const renewal = own.renew()
    own.remove()
    await expect(renewal).resolves.toBeUndefined()
    expect(existsSync(own.environment['OCI_RESOURCE_PRINCIPAL_RPST'] ?? '')).toBe(false)
  })
})
