/** The command line of `npm run token`. It takes no secrets. */
import { parseArgs } from 'node:util'
import { endpointProblem } from '../../src/platform/endpoint.ts'
import { UsageError } from '../command-line/parse.ts'

export const FLOW_NAMES = ['client-credentials', 'device', 'code', 'refresh', 'assertion'] as const
export type FlowName = (typeof FLOW_NAMES)[number]

export interface Order {
  readonly flow: FlowName
  /** Address of the identity provider, below which its discovery document lies. */
  readonly issuer: string
  readonly clientId: string
  readonly scope: string | undefined
  /** Auth0 and others require the API here. */
  readonly audience: string | undefined
  readonly clientAuth: 'basic' | 'post' | 'none'
  readonly clientSecretFile: string | undefined
  /** Port of the loopback redirect (RFC 8252 §7.3); 0 takes a free one. */
  readonly port: number
  /** Of the flow `assertion`: whom we assert, and with which key. */
  readonly user: string | undefined
  readonly keyFile: string | undefined
  readonly keyId: string | undefined
  readonly decode: boolean
  /** File that keeps the refresh token. */
  readonly store: string | undefined
  /** Address that is called with the token, which is not printed then. */
  readonly call: string | undefined
}

const OPTIONS = {
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  audience: { type: 'string' },
  'client-auth': { type: 'string', default: 'basic' },
  'client-secret-file': { type: 'string' },
  port: { type: 'string', default: '8765' },
  user: { type: 'string' },
  'key-file': { type: 'string' },
  'key-id': { type: 'string' },
  decode: { type: 'boolean', default: false },
  store: { type: 'string' },
  call: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** Throws a `UsageError`. */
export function readArguments(words: readonly string[]): Order | 'help' {
  refuseSecrets(words)
  const { values, positionals } = parse(words)
  if (values.help) return 'help'
  const [name, ...more] = positionals
  const flow = FLOW_NAMES.find((each) => each === name)
  if (flow === undefined || more.length > 0) {
    throw new UsageError(`Give one flow: ${FLOW_NAMES.join(', ')}. --help shows examples.`)
  }
  const issuer = demand('--issuer', values.issuer)
  refuseAddress('--issuer', issuer)
  refuseEndpoint(issuer)
  refuseAddress('--call', values.call)
  if (flow === 'refresh' && values.store === undefined) {
    throw new UsageError(
      'Give --store FILE: the file into which an earlier flow put its refresh token.',
    )
  }
  if (flow === 'assertion') {
    demand('--user', values.user)
    demand('--key-file', values['key-file'])
  }
  return {
    flow,
    issuer,
    clientId: demand('--client-id', values['client-id']),
    scope: values.scope,
    audience: values.audience,
    clientAuth: readClientAuth(values['client-auth']),
    clientSecretFile: values['client-secret-file'],
    port: readPort(values.port),
    user: values.user,
    keyFile: values['key-file'],
    keyId: values['key-id'],
    decode: values.decode,
    store: values.store,
    call: values.call,
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

/** The parser's own messages have several sentences, and quote values. */
function messageOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const option = /'(--?[a-z-]+)/.exec(String(error))?.[1] ?? 'An option'
  return code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
    ? `There is no option ${option}: see --help.`
    : `${option} lacks its value or takes none: see --help.`
}

/** Arguments are seen by every process of the machine, and kept in the shell's history. */
function refuseSecrets(words: readonly string[]): void {
  if (words.some((word) => /^--(client-)?(secret|password|refresh-token)(=|$)/.test(word))) {
    throw new UsageError(
      'Secrets are not taken from the command line, where others can read them. Put the client secret into the environment variable CLIENT_SECRET or into a file (--client-secret-file), or wait to be asked for it.',
    )
  }
}

function demand(option: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new UsageError(`Give ${option}. --help shows examples.`)
  return value
}

/** The path of an endpoint, or of the discovery document, behind the issuer's URL. */
const ENDPOINT =
  /(\/(oauth2\/(v\d(\.\d)?\/)?|protocol\/openid-connect\/)?(token|authorize|auth|introspect|device|userinfo|keys|certs)|\/\.well-known\/.*)\/?$/

function refuseEndpoint(issuer: string): void {
  const { origin, pathname } = new URL(issuer)
  if (!ENDPOINT.test(pathname)) return
  const isDomain = pathname.startsWith('/oauth2/v1/')
  const base = `${origin}${pathname.replace(ENDPOINT, '')}`
  throw new UsageError(
    `--issuer is an endpoint: give ${isDomain ? 'the domain’s URL' : 'the issuer’s URL'}, ${base}.`,
  )
}

function refuseAddress(option: string, address: string | undefined): void {
  const problem = address === undefined ? undefined : endpointProblem(address)
  if (problem === undefined) return
  throw new UsageError(`${option} ${problem}: give https://…; http is for loopback alone.`)
}

function readClientAuth(value: string): Order['clientAuth'] {
  if (value === 'basic' || value === 'post' || value === 'none') return value
  throw new UsageError('Give --client-auth basic, post or none.')
}

function readPort(value: string): number {
  const port = Number(value)
  if (/^\d+$/.test(value) && port <= 65_535) return port
  throw new UsageError('Give --port a number from 0 to 65535.')
}

export const HELP = `Gets a token, for trying out what it opens. The token goes to standard output, all else to
standard error:  TOKEN=$(npm run -s token -- …)

  npm run token -- client-credentials   the application's own token          (RFC 6749 §4.4)
  npm run token -- device               a person's, who logs in elsewhere    (RFC 8628)
  npm run token -- code                 a person's, who logs in here         (RFC 6749 §4.1 with PKCE)
  npm run token -- refresh              a new one, by the stored refresh token
  npm run token -- assertion            a person's, whom our application asserts (RFC 7523)

  --issuer URL              the identity provider; of an identity domain, its URL
  --client-id ID            our application there
  --scope 'A B'             for a refresh token, add offline_access
  --audience API            where the provider wants it (Auth0)
  --client-auth METHOD      basic (default), post, or none for a public client
  --client-secret-file F    file with the client secret; else CLIENT_SECRET; else it is asked for
  --port N                  of the redirect http://127.0.0.1:N/callback; default 8765
  --user NAME               for assertion: the login name at the provider
  --key-file FILE           for assertion: our private key, PKCS #8 in PEM
  --key-id ID               for assertion: the alias of our certificate at the provider
  --decode                  shows the token's claims
  --store FILE              keeps the refresh token there, for the next refresh (mode 600)
  --call URL                calls this address with the token instead of printing it

Examples
  An identity domain, Oracle Integration's scope from the application's page:
    npm run token -- device --issuer https://idcs-….identity.oraclecloud.com \\
      --client-id 0a1b… --scope 'https://….integration.….ocp.oraclecloud.com:443urn:opc:resource:consumer::all offline_access' --store oic.json
    npm run token -- refresh --issuer https://idcs-….identity.oraclecloud.com --client-id 0a1b… --store oic.json
  Microsoft Entra:
    npm run token -- client-credentials --issuer https://login.microsoftonline.com/TENANT/v2.0 \\
      --client-id … --scope api://…/.default --decode
  Keycloak:
    npm run token -- code --issuer https://…/realms/REALM --client-id … --client-auth none --scope openid
`
