/** Calls identity providers: key sets, discovery documents and introspection. */
import { parseJson } from '../../json.ts'
import type { Engine } from '../engine.ts'
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

/** Only status 200 with JSON is a document. The problem does not quote the answer, so it may be logged. */
export async function fetchJson(
  { url, headers = {}, form }: Exchange,
  { origins, settings }: Engine,
): Promise<Document> {
  const target = standInUrl(url, origins)
  if (!target) return { problem: 'has no stand-in on loopback' }
  try {
    const response = await fetch(target, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { Accept: 'application/json', ...headers },
      body: form ?? null,
      redirect: 'manual',
      signal: AbortSignal.timeout(settings.identityProviderTimeoutSeconds * 1000),
    })
    if (response.status !== 200) return { problem: `answered ${response.status}` }
    const json = parseJson(await response.text())
    return json === undefined ? { problem: 'gave an answer that cannot be parsed' } : { json }
  } catch {
    return { problem: 'could not be reached' }
  }
}
