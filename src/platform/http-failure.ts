import { isJsonObject, member } from './json.ts'

/** Why an exchange has no answer; a closed list, fit for the log. */
export type HttpFailure =
  | 'name_not_found'
  | 'connection_refused'
  | 'connection_failed'
  | 'tls_failed'
  | 'timed_out'
  | 'answer_too_large'
  | 'answer_broken'

/** An AxiosError holds the whole request, secrets included: only its code is read. */
export function kindOf(error: unknown): HttpFailure {
  const code = codeOf(error)
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'name_not_found'
    case 'ECONNREFUSED':
      return 'connection_refused'
    case 'ETIMEDOUT':
      return 'timed_out'
    case 'ERR_BAD_RESPONSE':
      return isTooLarge(error) ? 'answer_too_large' : 'answer_broken'
    default:
      if (/^(CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) {
        return 'tls_failed'
      }
      return /^(HPE_|Z_|ERR_STREAM|ERR__?ZLIB)/.test(code) ? 'answer_broken' : 'connection_failed'
  }
}

/** The error's `code`, or an empty string. */
export function codeOf(error: unknown): string {
  const code = isJsonObject(error) ? member(error, 'code') : undefined
  return typeof code === 'string' ? code : ''
}

/** axios has one code for both kinds of broken answer; the message tells them apart. */
function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('maxContentLength')
}
