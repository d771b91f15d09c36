/** The flows of `npm run token` with a separate identity provider. */
import { afterAll, afterEach, beforeAll } from '@jest/globals'
import { listen } from '../../../stack/listen.ts'
import { startScript, type Ending, type ScriptRun } from '../../support/run-script.ts'
import { startLoginProvider, type LoginProvider } from './provider.ts'

export let provider: LoginProvider
export let redirectPort: number

/** Starts the provider before the tests of a file, and closes it after them. */
export function useLoginProvider(): void {
  beforeAll(async () => {
    // The redirect URI of the code flow is registered in advance, so it needs a free port.
    const server = await listen(() => undefined)
    redirectPort = server.port
    await server.close()
    provider = await startLoginProvider(redirectPort)
  })
  afterEach(() => {
    provider.discoverWith({})
  })
  afterAll(() => provider.close())
}

export function startToken(args: readonly string[], clientSecret?: string): ScriptRun {
  const environment = clientSecret === undefined ? {} : { CLIENT_SECRET: clientSecret }
  return startScript('token', args, { environment })
}

/** The arguments of a flow at the provider. */
export function argsOf(flow: string, ...args: readonly string[]): string[] {
  return [flow, '--issuer', provider.url, '--client-id', provider.clientId, ...args]
}

export function startFlow(flow: string, ...args: readonly string[]): ScriptRun {
  return startToken(argsOf(flow, ...args), provider.clientSecret)
}

export function runFlow(flow: string, ...args: readonly string[]): Promise<Ending> {
  return startFlow(flow, ...args).ended
}

export function claimsOf(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(payload) as Record<string, unknown>
}
