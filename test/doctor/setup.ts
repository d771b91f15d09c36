/** The set-up of the doctor tests: the local stack, and a second domain with other permissions. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect } from '@jest/globals'
import type { Check } from '../../scripts/doctor/check.ts'
import { diagnose, type Examination } from '../../scripts/doctor/diagnose.ts'
import { toJsonReport, toLine } from '../../scripts/doctor/report.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { startIdentityDomain, type IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { startIntegration } from '../../stack/integration.ts'
import { startLocalStack } from '../../stack/local-stack.ts'
import {
  API_AUDIENCE,
  OIC_AUDIENCE,
  OIC_SCOPE,
  randomSecret,
  SECRET_OCIDS,
} from '../../stack/registrations.ts'
import { createResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault } from '../../stack/vault.ts'

export const FUSION_SCOPE = 'https://fusion.example.org:443urn:opc:resource:fusion::all'
/** A second instance of Oracle Integration in the same domain. */
export const SIBLING_AUDIENCE =
  'https://F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF.integration.us-phoenix-1.ocp.oraclecloud.com:443'
const SECOND_CLIENT = 'second-application'
const secondSecret = randomSecret()
/** A client that may introspect, but lacks the grant Client credentials. */
export const WITHOUT_GRANT = { clientId: 'without-grant', clientSecret: randomSecret() }

export type Json = Record<string, unknown>

/** Differences from the working set-up. */
export interface Change {
  readonly config?: Readonly<Record<string, string | undefined>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly examination?: Partial<Examination>
}

export type Setup = Awaited<ReturnType<typeof startSetup>>

export let setup: Setup

/** Starts the set-up before the tests of a file, and closes it after them. */
export function useSetup(): void {
  beforeAll(async () => {
    setup = await startSetup()
  })
  afterAll(() => setup.close())
}

async function startSetup() {
  const stack = await startLocalStack()
  const { introspector, oicInvoker, partnerA } = stack.registrations
  const token = await stack.requestCallerToken(partnerA, `${API_AUDIENCE}echo:invoke`)
  // A domain and an instance whose applications have other permissions.
  const domain = await startSecondDomain()
  const instance = await startIntegration({
    issuer: () => domain.issuer,
    jwks: () => domain.publicKeys(),
    audience: OIC_AUDIENCE,
    scope: OIC_SCOPE,
    serviceInvokers: new Set(),
  })
  const principal = await createResourcePrincipal()
  Object.assign(process.env, principal.environment)
  const vault = await startVault({ trust: [principal] })
  const stored = {
    [SECRET_OCIDS.introspection]: introspector.clientSecret,
    [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
  }
  for (const [ocid, secret] of Object.entries(stored)) vault.addSecret(ocid, secret)

  /** The specification of the deployment; `change` edits its text. */
  const deployment = (change = (text: string) => text) => {
    const text = JSON.stringify(stack.deployments[0]?.specification)
    const named = text.replace(/ocid1\.fnfunc[^"]*/, 'ocid1.fnfunc.oc1.phx.aaaaaaaaexample')
    return JSON.parse(change(named)) as Json
  }
  const examine = async ({ config, secrets, examination }: Change = {}) => {
    const allSecrets = Object.entries({ ...stored, ...secrets })
    const checks: Check[] = []
    for await (const check of diagnose({
      configuration: { ...stack.config, ...config },
      secrets: new Map(allSecrets.map(([ocid, secret]) => [ocid, new Redacted(secret)])),
      vault: undefined,
      deployment: deployment(),
      oic: stack.integration.url,
      token,
      clock: systemClock,
      ...examination,
    })) {
      checks.push(check)
    }
    expectNoSecrets(checks, [...allSecrets.map(([, secret]) => secret), secondSecret, token])
    return checks
  }
  const close = async () => {
    await Promise.all([stack.close(), domain.close(), instance.close(), vault.close()])
    principal.remove()
  }
  return { stack, token, domain, instance, vault, deployment, examine, close }
}

function startSecondDomain(): Promise<IdentityDomain> {
  const resource = { accessTokenFormat: 'jwt', lifetimeSeconds: 3600 } as const
  const [fusionAudience = '', fusionScope = ''] = FUSION_SCOPE.split(/(?=urn:)/)
  const scopes = [`${OIC_AUDIENCE}${OIC_SCOPE}`, `${SIBLING_AUDIENCE}${OIC_SCOPE}`, FUSION_SCOPE]
  return startIdentityDomain({
    name: 'second',
    flavour: 'idcs',
    clients: [
      { clientId: SECOND_CLIENT, clientSecret: secondSecret, scopes },
      { ...WITHOUT_GRANT, scopes: [], introspect: true, lacksClientCredentials: true },
    ],
    resourceServers: [
      { ...resource, audience: SIBLING_AUDIENCE, scopes: [OIC_SCOPE] },
      { ...resource, audience: OIC_AUDIENCE, scopes: [OIC_SCOPE] },
      { ...resource, audience: fusionAudience, scopes: [fusionScope] },
    ],
  })
}

function expectNoSecrets(checks: readonly Check[], secrets: readonly string[]): void {
  const printed = checks.map(toLine).join('\n') + JSON.stringify(toJsonReport(checks))
  for (const secret of secrets.filter((each) => each.trim() !== '')) {
    expect(printed).not.toContain(secret.trim())
    // A hash without a key allows guessing of passwords.
    const hash = createHash('sha256').update(secret).digest('hex')
    expect(printed).not.toContain(hash.slice(0, 8))
  }
}

/** Uses the second application as the backend's client. */
export function secondApplication({ domain, instance }: Setup, back_end_scope?: string): Change {
  return {
    config: {
      back_end_token_endpoint: domain.tokenEndpoint,
      back_end_app_client_id: SECOND_CLIENT,
      ...(back_end_scope !== undefined && { back_end_scope }),
    },
    secrets: { [SECRET_OCIDS.backend]: secondSecret },
    examination: { oic: instance.url },
  }
}
