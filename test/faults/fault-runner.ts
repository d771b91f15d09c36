/** Runs one fault of one dependency: the cold call that meets it, and the calls after it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jwtByKeysOf } from '../e2e/support/configurations.ts'
import { PERMIT, SECRET_OCIDS, startHarness, type ConfigChanges } from '../e2e/support/harness.ts'
import { startScriptedServer } from '../e2e/support/scripted-server.ts'
import type { EndpointFault, FaultCase } from './fault-builders.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { DEADLINE_EXCEEDED, type DependencyName } from './verdicts.ts'
import { createSigner, secondsFromNow } from '../e2e/support/tokens.ts'

/** Labels have 63 characters at most (RFC 1035 §2.3.4), so that there is no DNS request. */
const UNKNOWN_NAME = `https://${'a'.repeat(64)}.example.com`

/** Longer than the pause after a failed request for keys. */
const RECOVERY_MILLISECONDS = 4_000

/** `Fn-Deadline` has whole seconds. A cold call needs more than one. */
const SHORT_DEADLINE_SECONDS = 2

/** The key of the dependency's URL, and the path of the URL. */
const ENDPOINTS: Readonly<Record<DependencyName, readonly [key: string, path: string]>> = {
  introspection: ['idcs_introspection_endpoint', '/oauth2/v1/introspect'],
  keys: ['jwks_uri', '/jwks'],
  'token endpoint': ['back_end_token_endpoint', '/oauth2/v1/token'],
  Vault: ['vault_secrets_endpoint', ''],
}

export async function startFaultRunner(name: DependencyName) {
  const signer = createSigner()
  const keys = await startScriptedServer(() => ({ body: { keys: [signer.jwk] } }))
  const redirectTarget = await startScriptedServer(() => ({ body: { active: true } }))
  const harness = await startHarness()
  const { introspection, tokenEndpoint, vault } = harness
  const dependencies = { introspection, keys, 'token endpoint': tokenEndpoint, Vault: vault }
  const proxy = await startFaultProxy(() => dependencies[name].url)
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))

  const baseChanges: ConfigChanges = {
    ...(name === 'keys' ? jwtByKeysOf(keys) : {}),
    // With one secret for both clients, a cold call sends one request to Vault. Of two parallel
    // requests, the second one could meet the fault after the decision, and delay the next call.
    ...(name === 'Vault' ? { back_end_client_secret_ocid: SECRET_OCIDS.introspection } : {}),
  }

  const decide = async (expected: string): Promise<string> => {
    const token = name === 'keys' ? signer.token() : undefined
    const deadline = new Date(secondsFromNow(SHORT_DEADLINE_SECONDS) * 1000)
    const options = expected === DEADLINE_EXCEEDED[name] ? { deadline } : {}
    return (await harness.decide(token, options)).detailedVerdict
  }

  const changesFor = async (endpoint: EndpointFault | undefined): Promise<ConfigChanges> => {
    const [key, path] = ENDPOINTS[name]
    const withUrl = (url: string): ConfigChanges => ({ ...baseChanges, [key]: `${url}${path}` })
    switch (endpoint?.kind) {
      case undefined:
      case 'refused':
        return withUrl(proxy.url)
      case 'unknown_name':
        return withUrl(UNKNOWN_NAME)
      case 'tls': {
        const file = join(folder, 'certificate.pem')
        writeFileSync(file, String(endpoint.options.cert))
        const trust = endpoint.trusted ? { NODE_EXTRA_CA_CERTS: file } : {}
        return { ...withUrl(await proxy.startTls(endpoint.options)), ...trust }
      }
    }
  }

  /** After a failure, the function requests keys again only after a pause. */
  const decideUntilPermit = async (): Promise<string> => {
    const giveUp = Date.now() + (name === 'keys' ? RECOVERY_MILLISECONDS : 0)
    let verdict = await decide(PERMIT)
    while (verdict.startsWith('fault') && Date.now() < giveUp) {
      await delay(100)
      verdict = await decide(PERMIT)
    }
    return verdict
  }

  /** The verdict on a call while the fault lasts. */
  const decideDuring = async ({ fault, endpoint, expected }: FaultCase): Promise<string> => {
    const isRefused = endpoint?.kind === 'refused'
    if (isRefused) await proxy.pause()
    proxy.inject(fault)
    const verdict = await decide(expected[name])
    if (isRefused) await proxy.resume()
    proxy.inject(undefined)
    return verdict
  }

  /** `withRecovery`: also makes a call after the fault, and one during a second fault. */
  const run = async (faultCase: FaultCase, withRecovery: boolean) => {
    const { endpoint } = faultCase
    const findings: string[] = []
    await harness.start(await changesFor(endpoint))
    const verdict = await decideDuring(faultCase)

    const canRecover = endpoint === undefined || endpoint.kind === 'refused'
    if (withRecovery && canRecover) {
      const recovered = await decideUntilPermit()
      if (recovered !== PERMIT) findings.push(`afterwards: ${recovered}`)

      // Keys, tokens and secrets are cached by now; introspection responses are not.
      const warm = await decideDuring(faultCase)
      const expectedWarm = name === 'introspection' ? verdict : PERMIT
      if (warm !== expectedWarm) findings.push(`warm: ${warm}`)
    }
    if (redirectTarget.requests.length > 0) findings.push('a redirect was followed')
    redirectTarget.reset()
    if (harness.function.instances.filter(({ state }) => state !== 'ended').length > 1) {
      findings.push('another instance was started')
    }
    await harness.reset()
    return { verdict, findings }
  }

  return {
    /** The URL of a server that must not get a request. */
    redirectTarget: redirectTarget.url,
    run,
    close: async () => {
      await harness.close()
      await Promise.all([proxy.close(), keys.close(), redirectTarget.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
