/**
 * Owns the judgement of several issuers together: that no token may come to two of them, of which
 * the laxer one would let in what the stricter one refuses.
 * Pure.
 */
import type { IssuerConfig } from '../model.ts'
import { IDENTITY_DOMAIN_ISSUER } from '../../providers/oci-iam.ts'
import type { Report } from '../problems.ts'

/** Names have to differ, and so does at least something by which issuers are told apart. */
export function reportLookalikes(
  issuers: readonly IssuerConfig[],
  reporter: (path: string) => Report,
): void {
  issuers.forEach((issuer, index) => {
    const report = reporter(`issuers.${index}`)
    for (const earlier of issuers.slice(0, index)) {
      if (earlier.name === issuer.name) report('name', 'is taken', 'Give each issuer its own name.')
      if (looksLike(earlier, issuer)) {
        report(
          'audience',
          `overlaps with that of issuer ${earlier.name}, to which the same tokens may come: the laxer one would decide`,
          'Give audiences that differ, or make one issuer of the two.',
        )
      }
    }
  })
}

function looksLike(one: IssuerConfig, other: IssuerConfig): boolean {
  return (
    overlap(one.rules.audience, other.rules.audience) &&
    (haveSameJudge(one, other) || areOfSameRealm(one, other))
  )
}

function overlap(
  one: IssuerConfig['rules']['audience'],
  other: IssuerConfig['rules']['audience'],
): boolean {
  return one === 'any' || other === 'any' || one.some((audience) => other.includes(audience))
}

/** Who leaves `iss` unchecked takes opaque tokens of any, as far as the same judge knows them. */
function haveSameJudge(one: IssuerConfig, other: IssuerConfig): boolean {
  const issuers = [one.rules.issuer, other.rules.issuer]
  const [judges, others] = [judgesOf(one), judgesOf(other)]
  const isSame = judges.some(({ word }) => others.some((each) => each.word === word))
  if (issuers[0] === issuers[1]) return isSame
  const getBothOpaqueTokens = one.jwt === undefined && other.jwt === undefined
  if (!getBothOpaqueTokens || !issuers.includes(undefined)) return false
  // An endpoint that is discovered may be the one that the other names.
  const isDiscovered = [one, other].some(
    ({ introspection }) => introspection?.endpoint === undefined,
  )
  return isSame || (isDiscovered && shareHost(judges, others))
}

function shareHost(judges: readonly Judge[], others: readonly Judge[]): boolean {
  return judges.some(({ host }) => host !== undefined && others.some((each) => each.host === host))
}

/**
 * Whoever has the same `iss` is the same provider, by whichever judge. Identity domains alone share
 * theirs: they are told apart by their hosts. Judges of one kind at different hosts are believed to
 * be different on purpose.
 */
function areOfSameRealm(one: IssuerConfig, other: IssuerConfig): boolean {
  if (one.rules.issuer === undefined || one.rules.issuer !== other.rules.issuer) return false
  const [judges, others] = [judgesOf(one), judgesOf(other)]
  if (shareHost(judges, others)) return true
  return one.rules.issuer !== IDENTITY_DOMAIN_ISSUER && kindsOf(judges) !== kindsOf(others)
}

/** By whose word a token passes. */
interface Judge {
  readonly kind: 'key' | 'keys' | 'endpoint' | 'discovery'
  /** The same for the same judge. */
  readonly word: string
  /** The same for all addresses of one provider; undefined where it has none. */
  readonly host: string | undefined
}

function judgesOf({ jwt, introspection, discovery }: IssuerConfig): readonly Judge[] {
  return [
    ...(jwt?.keys.kind === 'static'
      ? jwt.keys.keys.map(({ key }): Judge => {
          const word = JSON.stringify(key.export({ format: 'jwk' }))
          return { kind: 'key', word, host: undefined }
        })
      : judgeAt('keys', jwt?.keys.uri)),
    ...judgeAt('endpoint', introspection?.endpoint),
    ...judgeAt('discovery', discovery?.url),
  ]
}

function kindsOf(judges: readonly Judge[]): string {
  return [...new Set(judges.map(({ kind }) => kind))].sort().join(' ')
}

/** What is no address has been told already. */
function judgeAt(kind: Judge['kind'], address: string | undefined): readonly Judge[] {
  if (address === undefined || !URL.canParse(address)) return []
  const url = new URL(address)
  const host = hostOf(url)
  return [{ kind, host, word: `${kind} ${host}${url.pathname}${url.search}` }]
}

/** An identity domain has two host names, with the region behind its own name and without. */
function hostOf({ hostname, origin }: URL): string {
  return /^(idcs-[^.]+)\.(.+\.)?identity\.[^.]+\.com$/.exec(hostname)?.[1] ?? origin
}
