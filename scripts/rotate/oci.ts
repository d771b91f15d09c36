/** The operations of a rotation, with the command `oci`. Secrets go through pipes, never onto a command line. */
import { spawnSync } from 'node:child_process'
import type { Credential, Operations, SecretVersion, Stage } from './rotate.ts'

export const OCI_OPERATIONS: Operations = {
  readSecret: (secretId, stage) => promiseOf(() => readSecretVersion(secretId, stage)),
  writeSecret: (secretId, text) =>
    promiseOf(() => {
      const content = Buffer.from(text).toString('base64')
      const update = ['vault', 'secret', 'update-base64', '--secret-id', secretId]
      oci(
        [...update, '--from-json', 'file:///dev/stdin'],
        JSON.stringify({ secretContentContent: content }),
      )
    }),
  makeCurrent: (secretId, versionNumber) =>
    promiseOf(() => {
      const update = ['vault', 'secret', 'update', '--secret-id', secretId]
      oci([...update, '--current-version-number', String(versionNumber)])
    }),
  regenerateClientSecret: (domainUrl, appId) =>
    promiseOf(() => regenerateClientSecret(domainUrl, appId)),
  checkCredentials,
}

/** Rejects if `work` throws. */
function promiseOf<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}

/** Neither the SDK nor the CLI has this operation. */
function regenerateClientSecret(domainUrl: string, appId: string): string {
  const schemas = ['urn:ietf:params:scim:schemas:oracle:idcs:AppClientSecretRegenerator']
  const answer = oci([
    ...['raw-request', '--http-method', 'POST'],
    ...['--target-uri', `${domainUrl}/admin/v1/AppClientSecretRegenerator`],
    ...['--request-headers', '{"Content-Type":"application/scim+json"}'],
    ...['--request-body', JSON.stringify({ schemas, appId })],
  ]) as { status?: unknown; data?: { clientSecret?: unknown } }
  const secret = answer.data?.clientSecret
  // A raw request succeeds with any status.
  if (typeof secret !== 'string') {
    throw new Error(`the identity domain answers with status ${String(answer.status)}`)
  }
  return secret
}

/** The answer is `active: false`, because no token has this form. */
const INVALID_TOKEN = 'invalid-token-of-the-rotation'

async function checkCredentials(
  { domain_url, scope }: Credential,
  clientId: string,
  secret: string,
): Promise<void> {
  const [path, form] =
    scope === null
      ? ['introspect', { token: INVALID_TOKEN }]
      : ['token', { grant_type: 'client_credentials', scope }]
  const user = [clientId, secret].map(encodeURIComponent).join(':')
  const url = `${domain_url}/oauth2/v1/${path}`
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    body: new URLSearchParams(form),
    redirect: 'error',
    signal: AbortSignal.timeout(20_000),
  }).catch(() => {
    throw new Error(`${url} does not answer`)
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${url} answers with status ${response.status}`)
}

interface Bundle {
  readonly 'version-number': number
  readonly 'secret-bundle-content': { readonly content: string }
}

/** A version of a Vault secret. Throws an `Error` without any of its content. */
function readSecretVersion(secretId: string, stage: Stage): SecretVersion {
  const get = ['secrets', 'secret-bundle', 'get', '--secret-id', secretId, '--stage', stage]
  const bundle = (oci(get) as { data: Bundle }).data
  const { content } = bundle['secret-bundle-content']
  return { number: bundle['version-number'], text: Buffer.from(content, 'base64').toString() }
}

/** Node's own pipes are sockets, which cannot be opened as /dev/stdin: hence `cat`. */
const COMMAND = 'command -v oci > /dev/null || exit 127; cat | oci "$@"'

/**
 * The parsed answer of a command. Throws an `Error` with only status and code: the rest of the output may
 * repeat the input.
 */
function oci(words: readonly string[], input = ''): unknown {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', COMMAND, 'oci', ...words], {
    input,
    encoding: 'utf8',
  })
  if (status === 127) throw new Error('there is no command oci; Cloud Shell has it')
  if (status !== 0) {
    const command = words.slice(0, words[0] === 'raw-request' ? 1 : 3).join(' ')
    const refusal = ['status', 'code'].flatMap(
      (name) => new RegExp(`"${name}": "?(\\w+)`).exec(stderr)?.[1] ?? [],
    )
    throw new Error(
      refusal.length > 0
        ? `oci ${command} is rejected with ${refusal.join(' ')}`
        : `oci ${command} failed; check its session with oci os ns get`,
    )
  }
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}
