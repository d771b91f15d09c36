/** Decodes tokens and hides secrets in the requests and answers that the console shows. */
import { createFingerprint } from '../../src/boot/compose.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { formEncode } from '../identity/client-request.ts'

export interface DecodedToken {
  /** First digits of its fingerprint: the same token has the same name everywhere on the page. */
  readonly id: string
  readonly header: unknown
  readonly claims: unknown
}

const JWT = /eyJ[\w-]{4,}\.[\w-]+\.[\w-]*/g

/** Form and JSON members whose values are credentials, whatever they look like. */
const CREDENTIALS = [
  'access_token',
  'assertion',
  'back_end_token',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'content',
  'device_code',
  'password',
  'refresh_token',
  'subject_token',
  'token',
]
const FORM_FIELD = new RegExp(`(^|&)(${CREDENTIALS.join('|')})=([^&]*)`, 'g')
const JSON_MEMBER = new RegExp(`"(${CREDENTIALS.join('|')})"\\s*:\\s*"([^"]*)"`, 'g')

export class Redactor {
  readonly #secrets = new Set<string>()

  /** Hides the secret in all following texts: unchanged, form-encoded or in base64. */
  hide(secret: string): void {
    if (secret.length < 6) return
    this.#secrets.add(secret)
    this.#secrets.add(encodeURIComponent(secret))
    this.#secrets.add(formEncode(secret))
    this.#secrets.add(Buffer.from(secret).toString('base64'))
  }

  /** Hides known secrets and JWTs in a value that is not a message, such as a claim. */
  value(text: string): string {
    let shown = text.replaceAll(JWT, (token) => `[token ${nameOf(token)}]`)
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, '[hidden]')
    return shown
  }

  text(text: string): string {
    const shown = text
      .replaceAll(JWT, (token) => `[token ${nameOf(token)}]`)
      .replaceAll(/\bBearer ([^\s",[]{1,})/gi, 'Bearer [opaque token]')
      .replaceAll(/\bBasic ([\w+/=-]+)/gi, (_all, value: string) => basic(value))
      .replaceAll(/\bSignature [^\n]*/g, 'Signature [of the request]')
      .replaceAll(FORM_FIELD, (all, before: string, name: string, value: string) =>
        value.startsWith('[') ? all : `${before}${name}=[hidden]`,
      )
      .replaceAll(JSON_MEMBER, (all, name: string, value: string) =>
        value.includes('[') ? all : `"${name}":"[hidden]"`,
      )
    return this.value(shown)
  }

  headers(headers: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
    return Object.entries(headers).map(([name, value]) => [
      name,
      /cookie/i.test(name) ? '[hidden]' : this.text([value].flat().join(', ')),
    ])
  }
}

function basic(value: string): string {
  const [user = ''] = Buffer.from(value, 'base64').toString().split(':')
  return /^[\w%.@+-]+$/.test(user) ? `Basic [${user}, password hidden]` : 'Basic [hidden]'
}

const fingerprint = createFingerprint()

function nameOf(token: string): string {
  return fingerprint(new Redacted(token)).slice(0, 6)
}

/** The JWTs in a text. The signature is left out. */
export function decodeTokens(text: string): readonly DecodedToken[] {
  return [...new Set(text.match(JWT) ?? [])].flatMap((token) => {
    const [header = '', claims = ''] = token.split('.')
    try {
      return [{ id: nameOf(token), header: decode(header), claims: decode(claims) }]
    } catch {
      return []
    }
  })
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
