/** The operations by the command `oci`. Secrets go through pipes, and onto no command line. */
import { spawnSync } from 'node:child_process'
import type { Operations } from './rotate.ts'

export const OCI_OPERATIONS: Operations = {
  readSecret: (secretId) => Promise.resolve(readSecret(secretId)),
  writeSecret: (secretId, text) => {
    const content = Buffer.from(text).toString('base64')
    oci(
      [
        'vault',
        'secret',
        'update-base64',
        '--secret-id',
        secretId,
        '--from-json',
        'file:///dev/stdin',
      ],
      JSON.stringify({ secretContentContent: content }),
    )
    return Promise.resolve()
  },
  usePrevious: (secretId) => {
    const previous = bundle(secretId, 'PREVIOUS')['version-number']
    oci([
      'vault',
      'secret',
      'update',
      '--secret-id',
      secretId,
      '--current-version-number',
      String(previous),
    ])
    return Promise.resolve()
  },
  regenerateClientSecret: (domainUrl, appId) => {
    const answer = oci([
      ...['raw-request', '--http-method', 'POST'],
      ...['--target-uri', `${domainUrl}/admin/v1/AppClientSecretRegenerator`],
      ...['--request-headers', '{"Content-Type":"application/scim+json"}'],
      '--request-body',
      JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:oracle:idcs:AppClientSecretRegenerator'],
        appId,
      }),
    ]) as { data?: { clientSecret?: unknown } }
    const secret = answer.data?.clientSecret
    if (typeof secret !== 'string') throw new Error('the identity domain gave no new secret')
    return Promise.resolve(secret)
  },
  canRequestToken: async ({ domain_url, scope }, clientId, secret) => {
    const user = [clientId, secret].map(encodeURIComponent).join(':')
    const response = await fetch(`${domain_url}/oauth2/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      redirect: 'error',
      signal: AbortSignal.timeout(20_000),
    })
    await response.arrayBuffer()
    return response.ok
  },
}

function readSecret(secretId: string): string {
  const { content = '' } = bundle(secretId, 'CURRENT')['secret-bundle-content'] ?? {}
  return Buffer.from(content, 'base64').toString()
}

interface Bundle {
  readonly 'version-number'?: number
  readonly 'secret-bundle-content'?: { readonly content?: string }
}

function bundle(secretId: string, stage: 'CURRENT' | 'PREVIOUS'): Bundle {
  const words = ['secrets', 'secret-bundle', 'get', '--secret-id', secretId, '--stage', stage]
  return (oci(words) as { data: Bundle }).data
}

/** What `oci` says of a failure is not passed on: it may repeat what it was given. */
function oci(words: readonly string[], input = ''): unknown {
  const { status, stdout } = spawnSync('oci', words, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`oci ${words.slice(0, 3).join(' ')} failed`)
  return JSON.parse(stdout)
}
