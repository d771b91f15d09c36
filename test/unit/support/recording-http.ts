/** A fake of `Http` that records requests and returns scripted answers. */
import type { Deadline } from '../../../src/platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'

/** Calls `reply` for each request, counted from 0. */
export function recordingHttp(reply: (index: number) => Result<HttpAnswer, HttpFailure>) {
  const requests: HttpRequest[] = []
  const deadlines: Deadline[] = []
  const http: Http = (request, deadline) => {
    requests.push(request)
    deadlines.push(deadline)
    return Promise.resolve(reply(requests.length - 1))
  }
  return { http, requests, deadlines }
}
