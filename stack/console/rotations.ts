/** Rotates keys and secrets from the console. */
import { randomBytes } from 'node:crypto'
import type { IdentityDomain } from '../identity/identity-domain.ts'
import type { LocalStack } from '../local-stack.ts'
import { SECRET_OCIDS } from '../registrations.ts'
import { text, type Action } from './action.ts'
import type { Recorder } from './recorder.ts'

/** A client secret that the identity domain and Vault must share. */
interface SharedSecret {
  readonly clientId: string
  readonly ocid: string
  readonly domain: IdentityDomain
}

export function createRotations(stack: LocalStack, recorder: Recorder) {
  const owners = keyOwners(stack)
  const secrets = sharedSecrets(stack)

  const rotateKey: Action = (fields) => {
    const { domain, entra } = owners.find(({ name }) => name === text(fields, 'key')) ?? {}
    domain?.rotateSigningKey()
    entra?.rotateSigningKey()
    return Promise.resolve()
  }

  const rotateSecret: Action = (fields) => {
    const secret = secrets.find(({ clientId }) => clientId === text(fields, 'secret'))
    if (secret === undefined) throw new Error('There is no such secret.')
    const where = text(fields, 'where')
    const next = `rotated-${randomBytes(9).toString('base64url')}`
    recorder.redactor.hide(next)
    if (where !== 'provider') stack.vault.rotate(secret.ocid, next)
    if (where !== 'vault') secret.domain.setClientSecret(secret.clientId, next)
    return Promise.resolve()
  }

  return { owners, secrets, rotateKey, rotateSecret }
}

function keyOwners({ providers, oicDomain }: LocalStack) {
  return [
    ...providers.map(({ name, domain, entra }) => ({ name, domain, entra })),
    { name: 'OIC’s identity domain', domain: oicDomain, entra: undefined },
  ]
}

function sharedSecrets(stack: LocalStack): readonly SharedSecret[] {
  const { registrations, callers, oicDomain, backends, config } = stack
  if (backends.length > 0) {
    return backends.flatMap(({ plan, client }) =>
      plan.client === undefined || plan.authenticatesByKey || client === undefined
        ? []
        : [{ clientId: client.clientId, ocid: plan.client.secretOcid, domain: oicDomain }],
    )
  }
  return config['authorizer_config'] === undefined
    ? [
        {
          clientId: registrations.introspector.clientId,
          ocid: SECRET_OCIDS.introspection,
          domain: callers,
        },
        {
          clientId: registrations.oicInvoker.clientId,
          ocid: SECRET_OCIDS.backend,
          domain: oicDomain,
        },
      ]
    : []
}
