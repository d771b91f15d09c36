/** An exchange of a registered client, with scripted answers and secrets. */
import type { Fault } from '../../../src/decision.ts'
import { createSendAsClient, type ClientRequest } from '../../../src/oauth/send-as-client.ts'
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
    method: 'client_secret_post',
    assertion: { keyId: undefined, audience: [] },
  },
  form: { grant_type: 'client_credentials' },
  connection: 'own',
}

export const INVALID_CLIENT = success(answer(401, { error: 'invalid_client' }))
export const SUCCESS = success(answer(200, {}))
export const UNAVAILABLE = faulty('secret_unavailable', { detail: 'status_404' })

export type Answer = Result<HttpAnswer, HttpFailure>

interface Exchange {
  /** The secret that is read first. */
  readonly read: string | Failure<Fault>
  /** What `readAgain` returns after a rejection. */
  readonly readAgain?: readonly [current: string, previous?: string] | Failure<Fault>
  readonly answers: readonly Answer[]
}

export async function sendExchange(
  { read, readAgain, answers }: Exchange,
  changes: Partial<ClientRequest> = {},
) {
  const vaultCalls: string[] = []
  const clientKeys = new Set<string | undefined>()
  const warnings: unknown[] = []
  const secrets: SecretCache = {
    read: (ocid, _deadline, clientKey) => {
      vaultCalls.push(`read ${ocid}`)
      clientKeys.add(clientKey)
      return Promise.resolve(typeof read === 'string' ? success(new Redacted(read)) : read)
    },
    readAgain: (_ocid, { refused, clientKey }) => {
      vaultCalls.push(`read again instead of ${refused.reveal()}`)
      clientKeys.add(clientKey)
      if (readAgain === undefined || 'ok' in readAgain) return Promise.resolve(readAgain)
      const [current, previous] = readAgain
      return Promise.resolve(
        success({
          current: new Redacted(current),
          previous: previous === undefined ? undefined : new Redacted(previous),
        }),
      )
    },
    acceptPrevious: (ocid, previous, clientKey) => {
      vaultCalls.push(`accept ${previous.reveal()} of ${ocid}`)
      clientKeys.add(clientKey)
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
  return { outcome, vaultCalls, warnings, clientKeys, requests, bodies, secretsSent }
}
