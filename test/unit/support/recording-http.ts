/** A fake of `Http` that records requests and returns scripted answers. */
import type { Deadline } from '../../../src/platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from '../../../src/platform/http.ts'
import type { Result } from '../../../src/platform/result.ts'

export interface RecordingHttp {
  readonly http: Http
  readonly requests: readonly HttpRequest[]
  readonly deadlines: readonly Deadline[]
}

/** Calls `reply` for each request, counted from 0. */
export function recordingHttp(
  reply: (index: number) => Result<HttpAnswer, HttpFailure>,
): RecordingHttp {
  const requests: HttpRequest[] = []
  const deadlines: Deadline[] = []
  return {
    requests,
    deadlines,
    http: (request, deadline) => {
      requests.push(request)
      deadlines.push(deadline)
      return Promise.resolve(reply(requests.length - 1))
    },
  }
}
