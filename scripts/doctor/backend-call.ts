/** Checks whether Oracle Integration accepts the credentials of a backend. */
import type { BackendConfig, GrantConfig } from '../../src/config/model.ts'
import type { Redacted } from '../../src/platform/redacted.ts'
import { audiencesOf, claimsOf, COPY_SCOPE } from './backend-token.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { newDeadline, type Setup } from './setup.ts'

/** No integration has this name, so that only the credentials are checked. */
const NO_INTEGRATION = '/ic/api/integration/v1/flows/rest/DOCTOR_CHECK_ONLY/1.0/'

export async function callBackend(
  { http }: Setup,
  { name, grant }: BackendConfig,
  authorization: Redacted,
  oic: string | undefined,
): Promise<Check> {
  const about = ['backend', name] as const
  const origin = oic ?? originOfScope(grant)
  if (origin === undefined) return skip(about, 'give Oracle Integration’s address with --oic')
  const answer = await http(
    {
      method: 'GET',
      url: `${origin}${NO_INTEGRATION}`,
      headers: { Authorization: authorization.reveal(), Accept: 'application/json' },
      connection: 'own',
    },
    newDeadline(),
  )
  if (!answer.ok) {
    return fail(
      about,
      `Oracle Integration does not answer (${answer.error})`,
      'Compare its address with the instance’s page, and check the network’s route to it.',
    )
  }
  const { status } = answer.value
  const detail = `Oracle Integration answers with status ${status}`
  if (status === 401 && grant.kind === 'basic') return fail(about, detail, BASIC_REMEDY)
  if (status === 401 || status === 403) {
    const audiences = audiencesOf(claimsOf(authorization))
    const to = audiences.length === 0 ? '' : ` to a token for ${audiences.join(', ')}`
    return fail(about, `${detail}${to}`, remedyOfRefusedToken(grant, audiences, origin))
  }
  if (status >= 500 || status === 429) {
    return warn(about, detail, 'Try again; look at the instance’s state in the console.')
  }
  return ok(about, `${detail}: the credentials are accepted`)
}

const BASIC_REMEDY =
  'Compare user name and password in the secret; the user needs the role ServiceInvoker and must not need MFA.'

/** The permanent host of an instance; others are names for it. */
const INSTANCE = /^(https:\/\/[0-9a-f]{32}\.[^/:]+)/i

/** Oracle Integration gives the same answer for a wrong audience, a missing role and a foreign domain. */
function remedyOfRefusedToken(
  grant: GrantConfig,
  audiences: readonly string[],
  origin: string,
): string {
  const instances = audiences.flatMap((text) => INSTANCE.exec(text)?.[1]?.toLowerCase() ?? [])
  const [called] = INSTANCE.exec(origin) ?? []
  if (called !== undefined && instances.length > 0 && !instances.includes(called.toLowerCase())) {
    return `The token is for another instance than ${origin}: ${COPY_SCOPE}.`
  }
  const toUser = grant.kind === 'jwt_bearer' ? ', and to the caller: Manage users' : ''
  return `Compare that audience with the instance’s own application (OAuth configuration → Resources → Primary audience): if it is another one, the scope is another instance’s. If it is the same, give our application the role ServiceInvoker: in the domain of the instance, Oracle Cloud Services → the instance’s application → Application roles → ServiceInvoker → Manage applications${toUser}. If the role is there, the token comes from another domain than the instance’s.`
}

function originOfScope(grant: GrantConfig): string | undefined {
  const scope = 'scope' in grant ? grant.scope : undefined
  const [url] = /^https:\/\/[^/:\s]+\.oraclecloud\.com(:443)?/.exec(scope ?? '') ?? []
  return url === undefined ? undefined : new URL(url).origin
}
