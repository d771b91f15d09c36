/** An exchange as a registered client, with scripted answers and a Vault that has these secrets. */
import type { Fault } from '../../../src/decision.ts'
import { createSendAsClient, type ClientRequest } from '../../../src/oauth/client-exchange.ts'
import type { HttpAnswer, HttpFailure } from '../../../src/platform/http.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Failure, type Result } from '../../../src/platform/result.ts'
import type { SecretCache } from '../../../src/vault/secret-cache.ts'
import { answer } from '../support/http-answers.ts'
import { faulty } from '../support/outcomes.ts'
import { recordingHttp } from '../support/recording-http.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

export const SECRET_OCID = 'ocid1.vaultsecret.oc1..a'

export const REQUEST: ClientRequest = {
  endpoint: 'https://idp.example/token',
  client: {
    clientId: 'client-1',
    secretOcid: SECRET_OCID,
    authentication: 'client_secret_post',
    assertion: { keyId: undefined, audience: [] },
  },
  form: { grant_type: 'client_credentials' },
  connection: 'own',
}

export const REFUSED = success(answer(401, { error: 'invalid_client' }))
export const GOOD = success(answer(200, {}))
export const UNAVAILABLE = faulty('secret_unavailable', { detail: 'status_404' })

export type Answer = Result<HttpAnswer, HttpFailure>

interface Ports {
  readonly read: string | Failure<Fault>
  /** What is found when the secret was refused: the current version, and the previous one. */
  readonly again?: readonly [current: string, previous?: string] | Failure<Fault>
  readonly answers: readonly Answer[]
}

export async function exchangeIn(
  { read, again, answers }: Ports,
  changes: Partial<ClientRequest> = {},
) {
  const asked: string[] = []
  const users = new Set<string | undefined>()
  const warnings: unknown[] = []
  const secrets: SecretCache = {
    read: (ocid, _deadline, by) => {
      asked.push(`read ${ocid}`)
      users.add(by)
      return Promise.resolve(typeof read === 'string' ? success(new Redacted(read)) : read)
    },
    readAgain: (_ocid, { refused, clientKey }) => {
      asked.push(`other than ${refused.reveal()}`)
      users.add(clientKey)
      if (again === undefined || 'ok' in again) return Promise.resolve(again)
      const [current, previous] = again
      return Promise.resolve(
        success({
          current: new Redacted(current),
          previous: previous === undefined ? undefined : new Redacted(previous),
        }),
      )
    },
    acceptPrevious: (ocid, previous, by) => {
      asked.push(`keep ${previous.reveal()} of ${ocid}`)
      users.add(by)
    },
  }
  const { http, requests } = recordingHttp(
    (index) => answers[index] ?? failure('connection_failed'),
  )
  const send = createSendAsClient({
    http,
    secrets,
    clock: new StandingClock(),
    warn: (...warning) => warnings.push(warning),
  })

  const outcome = await send({ ...REQUEST, ...changes }, PLENTY_OF_TIME)
  const bodies = requests.map(({ body }) => body)
  const secretsSent = bodies.map((body) => body?.split('client_secret=')[1])
  return { outcome, asked, warnings, users, requests, bodies, secretsSent }
}
