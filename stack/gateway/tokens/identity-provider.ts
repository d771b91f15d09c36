/** Calls identity providers: key sets, discovery documents and introspection. */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { readBody } from '../../listen.ts'
import { standInFor, type Origins } from '../http-backend.ts'

export type Document = { readonly json: unknown } | { readonly problem: string }

export interface Exchange {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly form?: URLSearchParams
}

/** The stand-in for a URL of a specification or of a discovery document; undefined for none. */
export function standInUrl(url: string, origins: Origins): URL | undefined {
  if (!URL.canParse(url)) return undefined
  const { origin, pathname, search } = new URL(url)
  const standIn = standInFor(origin, origins)
  return standIn === undefined ? undefined : new URL(pathname + search, standIn)
}

/** Only status 200 with JSON is a document. The problem is fit for the log: it quotes no answer. */
export async function fetchJson(
  { url, headers = {}, form }: Exchange,
  origins: Origins,
  timeoutSeconds: number,
): Promise<Document> {
  const target = standInUrl(url, origins)
  if (!target) return { problem: 'has no stand-in on loopback' }
  try {
    const { status, body } = await exchange(target, headers, form?.toString(), timeoutSeconds)
    if (status !== 200) return { problem: `answered ${status}` }
    return readJson(body)
  } catch {
    return { problem: 'could not be reached' }
  }
}

function readJson(body: Buffer): Document {
  try {
    return { json: JSON.parse(body.toString('utf8')) as unknown }
  } catch {
    return { problem: 'gave an answer that cannot be parsed' }
  }
}

async function exchange(
  target: URL,
  headers: Readonly<Record<string, string>>,
  form: string | undefined,
  timeoutSeconds: number,
): Promise<{ status: number; body: Buffer }> {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000)
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(target, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        Accept: 'application/json',
        ...(form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      agent: false,
      signal,
    })
    outgoing.on('error', reject)
    outgoing.once('response', resolve)
    outgoing.end(form)
  })
  return { status: incoming.statusCode ?? 0, body: await readBody(incoming) }
}
