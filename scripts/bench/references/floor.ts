/**
 * The minimum for a permit: the same requests as the authorizer's, with `node:http` alone and without
 * any checks. Do not deploy it.
 */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { handle } from '@fnproject/fdk'

const { env } = process
const agent = new Agent({ keepAlive: true })

function send(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('end', () => {
        resolve(JSON.parse(text) as Record<string, unknown>)
      })
    })
    outgoing.on('error', reject).end(body)
  })
}

let key: KeyObject | undefined
/** OCI's request signature (draft-cavage-http-signatures-08 as Oracle profiles it). */
async function readSecret(ocid: string): Promise<string> {
  const token = readFileSync(env['OCI_RESOURCE_PRINCIPAL_RPST'] ?? '', 'utf8')
  key ??= createPrivateKey(readFileSync(env['OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM'] ?? '', 'utf8'))
  const url = new URL(`${env['vault_secrets_endpoint'] ?? ''}/20190301/secretbundles/${ocid}`)
  const date = new Date().toUTCString()
  const signed = `x-date: ${date}\n(request-target): get ${url.pathname}\nhost: ${url.host}`
  const signature = sign('sha256', Buffer.from(signed), key).toString('base64')
  const answer = (await send('GET', url.href, {
    'x-date': date,
    host: url.host,
    authorization: `Signature version="1",keyId="ST$${token}",algorithm="rsa-sha256",headers="x-date (request-target) host",signature="${signature}"`,
  })) as { secretBundleContent: { content: string } }
  return Buffer.from(answer.secretBundleContent.content, 'base64').toString()
}

const secrets = new Map<string, Promise<string>>()
function secretOf(ocid: string): Promise<string> {
  const secret = secrets.get(ocid) ?? readSecret(ocid)
  secrets.set(ocid, secret)
  return secret
}

async function post(
  url: string,
  clientId: string,
  secretOcid: string,
  form: Readonly<Record<string, string>>,
) {
  const client = `${env[clientId] ?? ''}:${await secretOf(env[secretOcid] ?? '')}`
  const body = new URLSearchParams(form).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
    authorization: `Basic ${Buffer.from(client).toString('base64')}`,
  }
  return send('POST', url, headers, body)
}

let backEnd: Promise<Record<string, unknown>> | undefined
function backEndToken() {
  return (backEnd ??= post(
    env['back_end_token_endpoint'] ?? '',
    'back_end_app_client_id',
    'back_end_client_secret_ocid',
    { grant_type: 'client_credentials', scope: env['back_end_scope'] ?? '' },
  ))
}

const endpoint = env['idcs_introspection_endpoint']
function introspect(token: string) {
  return endpoint === undefined
    ? Promise.resolve({})
    : post(endpoint, 'idcs_app_client_id', 'idcs_app_client_secret_ocid', { token })
}

handle(
  async (payload) => {
    const { data } = JSON.parse(payload.toString()) as { data: { token: string } }
    const [, token] = await Promise.all([introspect(data.token.slice(7)), backEndToken()])
    const context = { back_end_token: `Bearer ${String(token['access_token'])}` }
    return { active: true, context, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }
  },
  { inputMode: 'buffer' },
)
