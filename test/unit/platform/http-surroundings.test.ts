import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createHttp } from '../../../src/platform/http.ts'
import { listen, readBody, type LocalServer } from '../../../stack/listen.ts'
import { whilePolluted } from '../support/pollution.ts'
import { bodyOf, closeServers, open } from '../support/socket-servers.ts'
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

let server: LocalServer
let otherServer: LocalServer
let requests: string[]
let otherRequests: string[]

beforeEach(async () => {
  requests = []
  otherRequests = []
  server = await listen((request, response) => {
    void readBody(request).then((body) => {
      const { authorization = 'no authorization', ...headers } = request.headers
      const names = Object.keys(headers).sort().join()
      requests.push(
        `${request.method ?? ''} ${request.url ?? ''} ${authorization} ${names} ${body.toString()}`,
      )
      response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"a":1}')
    })
  })
  otherServer = await listen((request, response) => {
    otherRequests.push(request.url ?? '')
    response.end()
  })
})
afterEach(async () => {
  await server.close()
  await otherServer.close()
})

/** Sends requests with and without a body. */
async function sendRequests() {
  const http = createHttp()
  const common = {
    url: `${server.url}/token`,
    headers: { Authorization: 'Basic x', Accept: 'application/json' },
  }
  const exchanges = [
    await http({ ...common, method: 'POST', body: 'a=b' }, PLENTY_OF_TIME),
    await http({ ...common, method: 'GET' }, PLENTY_OF_TIME),
  ]
  const results = exchanges.map((exchange) =>
    exchange.ok ? `${exchange.value.status} ${bodyOf(exchange)}` : exchange.error,
  )
  return { results, sent: requests.splice(0) }
}

const RESULTS = ['401 {"a":1}', '401 {"a":1}']

describe('a polluted Object.prototype', () => {
  it.each<[string, () => unknown]>([
    ['validateStatus', () => () => false],
    ['auth', () => ({ username: 'forged', password: 'forged' })],
    ['baseURL', () => otherServer.url],
    ['url', () => otherServer.url],
    ['method', () => 'GET'],
    ['data', () => 'forged'],
    ['body', () => 'forged'],
    ['params', () => ({ forged: '1' })],
    ['paramsSerializer', () => () => 'forged=1'],
    ['proxy', () => ({ host: '127.0.0.1', port: otherServer.port })],
    ['maxRedirects', () => 5],
    ['maxContentLength', () => 1],
    ['maxBodyLength', () => 1],
    ['timeout', () => 1],
    ['adapter', () => 'fetch'],
    ['transport', () => ({ request: () => undefined })],
    ['transformRequest', () => () => 'forged'],
    ['transformResponse', () => () => 'forged'],
    ['responseType', () => 'json'],
    ['responseEncoding', () => 'latin1'],
    ['decompress', () => false],
    ['httpVersion', () => 2],
    ['lookup', () => () => undefined],
    ['socketPath', () => '/nowhere'],
    ['family', () => 6],
    ['host', () => '127.0.0.2'],
    ['hostname', () => '127.0.0.2'],
    ['port', () => otherServer.port],
    ['path', () => '/forged'],
    ['agent', () => false],
    ['localAddress', () => '127.0.0.9'],
    ['createConnection', () => () => undefined],
    ['setHost', () => false],
    ['maxRate', () => 1],
    ['beforeRedirect', () => () => undefined],
    ['cancelToken', () => ({ reason: 'forged' })],
    ['onUploadProgress', () => () => undefined],
    ['withXSRFToken', () => true],
    ['Authorization', () => 'Basic forged'],
    ['x-forged', () => 'forged'],
    ['status', () => 200],
    ['request', () => ({ reusedSocket: true })],
    ['code', () => 'ECONNRESET'],
    ['common', () => ({ 'X-Forged': 'forged' })],
  ])('has no effect with %s', async (name, value) => {
    const clean = await sendRequests()

    const polluted = await whilePolluted({ [name]: value() }, sendRequests)

    expect(clean.results).toStrictEqual(RESULTS)
    expect(polluted).toStrictEqual(clean)
    expect(otherRequests).toStrictEqual([])
  })
})

describe('environment variables for proxies', () => {
  const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
    name,
    name.toUpperCase(),
  ])
  const before = new Map(proxyVariables.map((name) => [name, process.env[name]]))

  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  })

  it('have no effect', async () => {
    for (const name of proxyVariables) {
      process.env[name] = name.toLowerCase() === 'no_proxy' ? '' : otherServer.url
    }

    const { results } = await sendRequests()

    expect(results).toStrictEqual(RESULTS)
    expect(otherRequests).toStrictEqual([])
  })
})

describe('environment variables for TLS', () => {
  const { certificatePem, privateKeyPem } = selfSignedCertificate(new Date())
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const certificateFile = join(folder, 'certificate.pem')
  const identity = { cert: certificatePem, key: privateKeyPem }
  const answer204: RequestListener = (_request, response) => response.writeHead(204).end()
  const tlsServer = createServer(identity, answer204)
  const script = fileURLToPath(new URL('../support/send-requests.ts', import.meta.url))

  beforeAll(async () => {
    writeFileSync(certificateFile, certificatePem)
    await open(tlsServer)
  })
  afterAll(() => {
    closeServers()
    rmSync(folder, { recursive: true })
  })

  const sendWith = async (
    environment: Record<string, string>,
    { to = tlsServer, args = [] }: { to?: Server; args?: readonly string[] } = {},
  ): Promise<string> => {
    const { port } = to.address() as AddressInfo
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', script, `https://127.0.0.1:${port}/`, ...args],
      { env: { PATH: process.env['PATH'], ...environment } },
    )
    return stdout.trim()
  }

  it.each(['shared', 'own'])(
    'cannot disable the validation of certificates: %s connection',
    async (connection) => {
      expect(await sendWith({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, { args: [connection] })).toBe(
        'tls_failed',
      )
    },
  )

  it('can add a trusted certificate', async () => {
    expect(await sendWith({ NODE_EXTRA_CA_CERTS: certificateFile })).toBe('status_204')
  })

  it('cannot allow TLS 1.1', async () => {
    const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const
    const ciphers = 'DEFAULT@SECLEVEL=0'
    const outdated = createServer({ ...identity, ...versions, ciphers }, answer204)
    await open(outdated)
    const environment = {
      NODE_EXTRA_CA_CERTS: certificateFile,
      NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0',
    }

    expect(await sendWith(environment, { to: outdated })).toBe('tls_failed')
  })

  it('cannot disable the validation for the retry after a closed connection', async () => {
    const other = selfSignedCertificate(new Date())
    let requests = 0
    tlsServer.removeAllListeners('request')
    tlsServer.on('request', (request, response) => {
      requests += 1
      // The second request finds its connection closed; the new connection has the other certificate.
      if (requests === 2) request.socket.destroy()
      else response.writeHead(204).end()
      tlsServer.setSecureContext({ cert: other.certificatePem, key: other.privateKeyPem })
    })

    const environment = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_EXTRA_CA_CERTS: certificateFile,
    }
    expect(await sendWith(environment, { args: ['shared', '2'] })).toBe('status_204\ntls_failed')
    expect(requests).toBe(2)
  })
})
