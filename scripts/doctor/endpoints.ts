/** Checks whether each server answers, and whether its clock agrees with this machine's. */
import type { Config } from '../../src/config/model.ts'
import { seconds, type Clock } from '../../src/platform/clock.ts'
import type { Http, HttpFailure } from '../../src/platform/http.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { backendTokenEndpoints } from './identity-domains.ts'
import { newDeadline } from './setup.ts'

export function endpointsOf(config: Config): readonly string[] {
  return [
    ...config.issuers.flatMap(({ discovery, jwt, introspection }) => {
      const keys = jwt?.keys.kind === 'remote' ? jwt.keys : undefined
      return [discovery?.url, keys?.uri, keys?.access?.tokenEndpoint, introspection?.endpoint]
    }),
    ...backendTokenEndpoints(config),
  ].filter((url) => url !== undefined)
}

/** One request for each origin: any HTTP response shows that it is reachable. */
export async function checkEndpoints(
  urls: readonly string[],
  http: Http,
  clock: Clock,
): Promise<readonly Check[]> {
  const byOrigin = new Map(urls.map((url) => [new URL(url).origin, url]))
  const answers = await Promise.all(
    [...byOrigin].map(async ([origin, url]) => {
      const request = { method: 'GET', url, headers: {} } as const
      const answer = await http(request, newDeadline())
      const about = ['endpoint', origin] as const
      if (!answer.ok) return { check: fail(about, ...CAUSES[answer.error]), origin }
      const { status, header } = answer.value
      const date = Date.parse(header('date') ?? '') / 1000
      const ahead = Number.isFinite(date) ? date - clock.now() : undefined
      const check =
        status >= 500
          ? warn(about, `answers with status ${status}`, 'Try again; look at the service’s state.')
          : ok(about, 'answers')
      return { check, origin, ahead }
    }),
  )
  return [...answers.map(({ check }) => check), ...checkClocks(answers)]
}

const CHECK_ROUTE = 'Check route table, NAT or service gateway, and security lists of the subnet.'

const CAUSES: Readonly<Record<HttpFailure, readonly [problem: string, remedy: string]>> = {
  name_not_found: [
    'its name has no address (DNS)',
    'Copy the address again from the domain’s or the instance’s page; for a private endpoint, run the doctor inside its network.',
  ],
  connection_refused: [
    'the connection is refused',
    'Compare the port; check the security lists and that the server runs.',
  ],
  connection_failed: ['the connection fails', CHECK_ROUTE],
  tls_failed: [
    'its TLS certificate is not trusted',
    'Use the host name that the certificate is for; it must come from a public authority.',
  ],
  timed_out: ['it does not answer in time', CHECK_ROUTE],
  answer_too_large: [
    'its answer is too large',
    'Compare the address: this is not an OAuth endpoint.',
  ],
  answer_broken: ['its answer is not HTTP', 'Compare the address and its port.'],
}

interface Reading {
  readonly origin: string
  /** Seconds by which the server's clock is ahead of this machine's. */
  readonly ahead?: number | undefined
}

/** `Date` has whole seconds, and the answer takes time. */
const TOLERANCE = seconds(5)
const TOO_MUCH = seconds(30)

function checkClocks(readings: readonly Reading[]): readonly Check[] {
  const known = readings.flatMap(({ origin, ahead }) =>
    ahead === undefined ? [] : [{ origin, ahead }],
  )
  if (known.length === 0) return [skip(['clock'], 'no server sent the time')]
  const off = known.filter(({ ahead }) => Math.abs(ahead) > TOLERANCE)
  const [first] = off
  if (first === undefined) return [ok(['clock'], 'agrees with the servers')]
  const isOurs = off.length === known.length
  const worst = Math.max(...off.map(({ ahead }) => Math.abs(ahead)))
  const side = first.ahead > 0 ? 'behind' : 'ahead of'
  const detail = isOurs
    ? `this machine’s clock is ${Math.round(worst)} s ${side} the servers’`
    : `differs by ${Math.round(worst)} s from that of ${off.map(({ origin }) => origin).join(', ')} alone`
  const remedy = isOurs
    ? 'Set this machine’s clock: `sudo timedatectl set-ntp true`. Oracle sets that of the function.'
    : 'Correct that server’s clock; clock_tolerance_seconds allows for up to 300 s.'
  return [(worst > TOO_MUCH ? fail : warn)(['clock'], detail, remedy)]
}
