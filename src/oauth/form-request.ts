import type { Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from '../platform/http.ts'
import { parseJsonObject, stringMember, type JsonObject } from '../platform/json.ts'
import type { Result } from '../platform/result.ts'
import type { AuthenticatedParts } from './client-authentication.ts'

/** Parameters of a request body, without repetition (RFC 6749 §3.2). */
export type Form = Readonly<Record<string, string>>

export interface FormRequest {
  readonly endpoint: string
  readonly form: Form
  readonly authentication: AuthenticatedParts
  readonly connection: NonNullable<HttpRequest['connection']>
}

/** Sends the form (RFC 6749 §3.2, RFC 7662 §2.1): tokens and secrets are in the body, never in the URL. */
export function requestForm(
  http: Http,
  request: FormRequest,
  deadline: Deadline,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const { headers, form, connection = request.connection } = request.authentication
  return http(
    {
      method: 'POST',
      url: request.endpoint,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams({ ...request.form, ...form }).toString(),
      connection,
    },
    deadline,
  )
}

/**
 * The JSON object of an answer whose media type is JSON or missing. An answer with another media type
 * could be any page that happens to be JSON.
 */
export function readJsonAnswer(answer: HttpAnswer): JsonObject | undefined {
  return hasOtherMediaType(answer) ? undefined : parseJsonObject(answer.body)
}

/** Why an answer has no JSON object: its media type alone, or its content. */
export function problemOfJson(answer: HttpAnswer): 'media_type' | 'not_json' {
  return parseJsonObject(answer.body) === undefined ? 'not_json' : 'media_type'
}

function hasOtherMediaType(answer: HttpAnswer): boolean {
  const mediaType = answer.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  return mediaType !== undefined && !/^application\/([a-z0-9.+-]+\+)?json$/.test(mediaType)
}

/** The form of error codes (RFC 6749 §5.2 and extensions). Anything else is not logged. */
const ERROR_CODE = /^[a-z_]{1,40}$/

/** The `error` of an OAuth error answer if it has the usual form, whatever the media type. */
export function readErrorCode(answer: HttpAnswer): string | undefined {
  const body = parseJsonObject(answer.body)
  const code = body && stringMember(body, 'error')
  return code !== undefined && ERROR_CODE.test(code) ? code : undefined
}
