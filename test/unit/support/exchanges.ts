/** A fake of `SendAsClient` that records requests and returns scripted answers. */
import type {
  SendAsClient,
  ClientExchangeFailure,
  ClientRequest,
} from '../../../src/oauth/client-exchange.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'

export interface RecordingExchange {
  readonly sendAsClient: SendAsClient
  readonly requests: readonly ClientRequest[]
}

/** Calls `reply` for each request, counted from 0. */
export function recordingExchange(
  reply: (index: number) => Result<HttpAnswer, ClientExchangeFailure>,
): RecordingExchange {
  const requests: ClientRequest[] = []
  return {
    requests,
    sendAsClient: (request) => {
      requests.push(request)
      return Promise.resolve(reply(requests.length - 1))
    },
  }
}
