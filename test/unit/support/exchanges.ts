/** A fake of `SendAsClient` that records requests and returns scripted answers. */
import type {
  SendAsClient,
  ClientRequestFailure,
  ClientRequest,
} from '../../../src/oauth/send-as-client.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'

/** Calls `reply` for each request, counted from 0. */
export function recordingExchange(
  reply: (index: number) => Result<HttpAnswer, ClientRequestFailure>,
) {
  const requests: ClientRequest[] = []
  const sendAsClient: SendAsClient = (request) => {
    requests.push(request)
    return Promise.resolve(reply(requests.length - 1))
  }
  return { sendAsClient, requests }
}
