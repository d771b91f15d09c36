/** The command line of `npm run token`. It accepts no secrets. */
import { endpointProblem } from '../../src/platform/endpoint.ts'
import { choice, file, flag, text, wholeNumber } from '../command-line/options.ts'
import { helpText, parseCommandLine, UsageError, type CommandLine } from '../command-line/parse.ts'

const FLOW_NAMES = ['client-credentials', 'device', 'code', 'refresh', 'assertion'] as const
export type FlowName = (typeof FLOW_NAMES)[number]

const TOKEN = {
  name: 'token',
  about: `Gets a token to try out an API. The token goes to standard output, everything else to standard error:
TOKEN=$(npm run -s token -- …)

  npm run token -- client-credentials   the application's own token        (RFC 6749 §4.4)
  npm run token -- device               a user's, who logs in elsewhere    (RFC 8628)
  npm run token -- code                 a user's, who logs in here         (RFC 6749 §4.1 with PKCE)
  npm run token -- refresh              a new token, with the stored refresh token
  npm run token -- assertion            a user's, whom our application asserts (RFC 7523)`,
  operand: { name: 'FLOW', meaning: `one of ${FLOW_NAMES.join(', ')}`, isRequired: true },
  options: {
    issuer: text('URL', 'the identity provider; of an identity domain, its URL', 'its URL'),
    'client-id': text('ID', 'our application there', 'the client ID'),
    scope: text("'A B'", 'the scopes; for a refresh token, add offline_access', 'scopes'),
    audience: text('API', 'for providers that require it (Auth0)', 'the identifier of an API'),
    'client-auth': choice('none is for public clients', ['basic', 'post', 'none'], 'basic'),
    'client-secret-file': file('the client secret; else CLIENT_SECRET; else from a prompt'),
    port: wholeNumber('the port of the redirect http://127.0.0.1:N/callback; 0 takes a free one', {
      min: 0,
      max: 65_535,
      default: 8765,
    }),
    user: text('NAME', 'for assertion: the login name at the provider', 'a login name'),
    'key-file': file('for assertion: our private key, PKCS #8 in PEM'),
    'key-id': text('ID', 'for assertion: the alias of our certificate at the provider', 'an alias'),
    decode: flag("shows the token's claims"),
    store: file('stores the refresh token for the next refresh (mode 600)'),
    call: text('URL', 'calls this URL with the token instead of printing it', 'a URL'),
  },
  more: `Examples
  An identity domain, Oracle Integration's scope from the application's page:
    npm run token -- device --issuer https://idcs-….identity.oraclecloud.com \\
      --client-id 0a1b… --scope 'https://….integration.….ocp.oraclecloud.com:443urn:opc:resource:consumer::all offline_access' --store oic.json
    npm run token -- refresh --issuer https://idcs-….identity.oraclecloud.com --client-id 0a1b… --store oic.json
  Microsoft Entra:
    npm run token -- client-credentials --issuer https://login.microsoftonline.com/TENANT/v2.0 \\
      --client-id … --scope api://…/.default --decode
  Keycloak:
    npm run token -- code --issuer https://…/realms/REALM --client-id … --client-auth none --scope openid`,
} as const

type Values = CommandLine<typeof TOKEN.options>['values']

export interface Order extends Values {
  readonly flow: FlowName
  /** The discovery document is below this URL. */
  readonly issuer: string
  readonly 'client-id': string
}

/** Returns the help for `--help`. Throws a `UsageError`. */
export function readArguments(words: readonly string[]): Order | string {
  refuseSecrets(words)
  const commandLine = parseCommandLine(TOKEN, words)
  if (commandLine === 'help') return helpText(TOKEN)
  const { values, operand } = commandLine
  const flow = FLOW_NAMES.find((each) => each === operand)
  if (flow === undefined) {
    throw new UsageError(`Give one flow: ${FLOW_NAMES.join(', ')}. --help shows examples.`)
  }
  const issuer = required('--issuer', values.issuer)
  refuseAddress('--issuer', issuer)
  refuseEndpoint(issuer)
  refuseAddress('--call', values.call)
  if (flow === 'refresh' && values.store === undefined) {
    throw new UsageError(
      'Give --store FILE: the file into which an earlier flow put its refresh token.',
    )
  }
  if (flow === 'assertion') {
    required('--user', values.user)
    required('--key-file', values['key-file'])
  }
  return { ...values, flow, issuer, 'client-id': required('--client-id', values['client-id']) }
}

/** Every process of the machine can read arguments, and the shell's history keeps them. */
function refuseSecrets(words: readonly string[]): void {
  if (words.some((word) => /^--(client-)?(secret|password|refresh-token)(=|$)/.test(word))) {
    throw new UsageError(
      'Secrets are not accepted on the command line, where others can read them. Put the client secret into the environment variable CLIENT_SECRET or into a file (--client-secret-file), or type it at the prompt.',
    )
  }
}

function required(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`Give ${option}. --help shows examples.`)
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
