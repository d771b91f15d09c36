/** A fake of `SendAsClient` that records requests and returns scripted answers. */
import type {
  SendAsClient,
  ClientExchangeFailure,
  ClientRequest,
} from '../../../src/oauth/client-exchange.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'

/** Calls `reply` for each request, counted from 0. */
export function recordingExchange(
  reply: (index: number) => Result<HttpAnswer, ClientExchangeFailure>,
) {
  const requests: ClientRequest[] = []
  const sendAsClient: SendAsClient = (request) => {
    requests.push(request)
    return Promise.resolve(reply(requests.length - 1))
  }
  return { sendAsClient, requests }
}
