import type { IncomingMessage, ServerResponse } from 'node:http'
import { startGateway } from '../../../stack/gateway/gateway.ts'
import { listen } from '../../../stack/listen.ts'
import { call, functionAnswering } from '../../stack/gateway-rig.ts'
import { jsonWebKey, newKey, tokenOf } from '../../stack/gateway-token-rig.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { Json } from '../cloud/store.ts'
import type { Outcome } from './fn.ts'

export const callers = 'https://idcs-callers.identity.oraclecloud.com'
export const oicDomain = 'https://idcs-oic.identity.oraclecloud.com'
export const oicHost = 'oic-example.integration.eu-frankfurt-1.ocp.oraclecloud.com'
export const oicPath = '/ic/api/integration/v1/flows/rest/ORDERS/2.0'
export const oicScope = 'https://oic-example.ocp.oraclecloud.com:443urn:opc:resource:consumer::all'
const audience = 'https://api.example.com/'

/** Client id and secret of each application, and OIC's user. */
export const credentials = {
  introspection: ['introspections-id', 'introspections-secret'],
  caller: ['callers-id', 'callers-secret'],
  OIC: ['oics-id', 'oics-secret'],
  user: ['oics-user', 'users-password'],
} as const

const oicToken = 'token-for-oic'
const basicOfUser = `Basic ${Buffer.from(credentials.user.join(':')).toString('base64')}`

/** The servers that `curl` reaches: two identity domains, OIC, and the deployments on the local gateway. */
export interface World {
  curl(args: readonly string[], input: string): Promise<Outcome>
  close(): Promise<void>
}

export async function startWorld({ store }: Cloud): Promise<World> {
  const key = newKey()
  const exp = Math.floor(Date.now() / 1000) + 3600
  const callersToken = await tokenOf(key, { aud: audience, exp, scope: 'echo:invoke' })
  const keys = JSON.stringify({ keys: [jsonWebKey(key)] })
  const domain = await listen((_, response) => response.end(keys))
  const oic = await listen(serveOic)

  async function answer(url: URL, form: URLSearchParams, headers: readonly string[], basic = '') {
    const is = (name: 'introspection' | 'caller' | 'OIC') => basic === credentials[name].join(':')
    switch (url.origin + url.pathname) {
      case `${callers}/oauth2/v1/token`:
        return tokenAnswer(form, is('caller'), `${audience}echo:invoke`, callersToken)
      case `${oicDomain}/oauth2/v1/token`:
        return tokenAnswer(form, is('OIC'), oicScope, oicToken)
      case `${callers}/oauth2/v1/introspect`:
        if (!is('introspection')) return invalidClient
        return {
          status: 200,
          body:
            form.get('token') === callersToken
              ? JSON.stringify({ active: true, aud: [audience] })
              : '{"active":false}',
        }
      case `${callers}/admin/v1/SigningCert/jwk`:
        return { status: 200, body: keys }
    }
    if (url.host === oicHost) return call(oic.url, url.pathname, { headers })
    return throughGateway(url, headers)
  }

  /** Rejects if the local gateway does not support the deployment's specification. */
  async function throughGateway(url: URL, headers: readonly string[]) {
    const owner = store.live('gateway').find((one) => one['hostname'] === url.hostname)
    const deployments = store.live('deployment').filter((one) => one['gatewayId'] === owner?.id)
    if (owner === undefined || deployments.length === 0) return undefined
    const gateway = await startGateway({
      deployments: deployments.map((one) => ({
        pathPrefix: String(one['pathPrefix']),
        specification: one['specification'],
      })),
      origins: { [`https://${oicHost}`]: oic.url, [callers]: domain.url },
      invokeFunction: (_, body) => {
        const { data } = JSON.parse(body.toString()) as { data: Json }
        const isPermitted = data['token'] === `Bearer ${callersToken}`
        const context = isPermitted
          ? { back_end_token: `Bearer ${oicToken}` }
          : { responseCode: '401' }
        return functionAnswering({ active: isPermitted, context })()
      },
    })
    try {
      return await call(gateway.url, url.pathname, { headers })
    } finally {
      await gateway.close()
    }
  }

  return {
    curl: async (args, input) => {
      const url = new URL(args.find((word) => word.startsWith('https://')) ?? 'https://none')
      const values = (option: string) => args.filter((_, index) => args[index - 1] === option)
      const basic = /^user = "(.*)"/.exec(input)?.[1]
      const form = new URLSearchParams(values('--data-urlencode').map((one) => splitOnce(one, '=')))
      const headers = [
        ...values('-H').flatMap((header) => splitOnce(header, ': ')),
        ...(basic === undefined
          ? []
          : ['Authorization', `Basic ${Buffer.from(basic).toString('base64')}`]),
      ]
      const found = await answer(url, form, headers, basic)
      if (found === undefined) return { stderr: `curl: (6) Could not resolve host\n`, status: 6 }
      const head = args.includes('-i') ? `HTTP/1.1 ${found.status}\n\n` : ''
      return { stdout: `${head}${found.body}\n` }
    },
    close: async () => {
      await Promise.all([oic.close(), domain.close()])
    },
  }
}

function serveOic(request: IncomingMessage, response: ServerResponse): void {
  const { authorization = '' } = request.headers
  const isKnown = [`Bearer ${oicToken}`, basicOfUser].includes(authorization)
  const isIntegration = request.url === `${oicPath}/hello`
  response.writeHead(isKnown ? (isIntegration ? 200 : 404) : 401)
  response.end(
    isKnown ? `integration called with ${authorization.split(' ')[0] ?? ''}` : 'rejected by OIC',
  )
}

const invalidClient = { status: 401, body: '{"error":"invalid_client"}' }

/** RFC 6749 §4.4.2, with the one scope that the client has. */
function tokenAnswer(form: URLSearchParams, isClient: boolean, scope: string, token: string) {
  if (!isClient) return invalidClient
  if (form.get('grant_type') !== 'client_credentials') {
    return { status: 400, body: '{"error":"unsupported_grant_type"}' }
  }
  return form.get('scope') === scope
    ? { status: 200, body: `{"access_token":"${token}","token_type":"Bearer"}` }
    : { status: 400, body: '{"error":"invalid_scope"}' }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}
