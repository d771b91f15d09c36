/**
 * Owns the document form of the configuration: several issuers, and backends.
 * Pure.
 */
import * as v from 'valibot'
import { parseJsonObject, withoutPrototypes } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { buildBackend } from './build-backend.ts'
import { buildIssuer } from './build-issuer.ts'
import { documentSchema } from './document-schema.ts'
import { judgeBackends } from './judge-backends.ts'
import type { Config, IssuerConfig } from './model.ts'
import type { ConfigProblem, Report } from './problems.ts'

/** `key`: the flat key or the secret that holds the document, for telling problems. */
export const readDocument = (
  text: string,
  key: string,
): Result<Config, readonly ConfigProblem[]> => {
  const json = parseJsonObject(Buffer.from(text))
  if (json === undefined) {
    return failure([{ key, problem: 'is no JSON object', remedy: 'Check it with a JSON editor.' }])
  }
  const parsed = v.safeParse(documentSchema, withoutPrototypes(json))
  if (!parsed.success) return failure(parsed.issues.map((issue) => toProblem(issue, key)))

  const problems: ConfigProblem[] = []
  const reporter =
    (path: string): Report =>
    (field, problem, remedy) => {
      const place = field === '' ? path : `${path}.${field}`
      problems.push({ key: `${key}: ${place}`, problem, remedy })
    }
  const { issuers, backends, unmatched } = parsed.output
  const config: Config = {
    issuers: issuers.map((input, index) => buildIssuer(input, reporter(`issuers.${index}`))),
    backends: backends.map((input, index) => buildBackend(input, reporter(`backends.${index}`))),
  }
  reportLookalikes(config.issuers, reporter)
  judgeBackends({ ...config, refusesUnmatched: unmatched === 'refuse' }, reporter)
  return problems.length === 0 ? success(config) : failure(problems)
}

/** The library's own message may quote the value, which may be a secret at the wrong place. */
const toProblem = (issue: v.BaseIssue<unknown>, key: string): ConfigProblem => {
  const path = v.getDotPath(issue)
  return {
    key: path === null ? key : `${key}: ${path}`,
    problem: PROBLEMS[issue.type] ?? 'is not what it has to be',
    remedy: `Expected: ${issue.expected === 'never' ? 'no such key' : (issue.expected ?? 'see the JSON Schema')}.`,
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  strict_object: 'is missing or unknown',
  non_empty: 'is empty',
  min_length: 'has too few entries',
  min_value: 'is too small',
  max_value: 'is too large',
}

/** Names have to differ, and so does at least something by which issuers are told apart. */
const reportLookalikes = (
  issuers: readonly IssuerConfig[],
  reporter: (path: string) => Report,
): void => {
  issuers.forEach((issuer, index) => {
    const report = reporter(`issuers.${index}`)
    for (const earlier of issuers.slice(0, index)) {
      if (earlier.name === issuer.name) report('name', 'is taken', 'Give each issuer its own name.')
      if (looksLike(earlier, issuer)) {
        report(
          'audience',
          `overlaps with that of issuer ${earlier.name}, which has the same issuer and keys`,
          'Give audiences that differ, or make one issuer of the two.',
        )
      }
    }
  })
}

const looksLike = (one: IssuerConfig, other: IssuerConfig): boolean =>
  one.rules.issuer === other.rules.issuer &&
  judgeOf(one) === judgeOf(other) &&
  overlap(one.rules.audience, other.rules.audience)

/** By whose word a token passes: the keys, and the introspection endpoint. */
const judgeOf = ({ jwt, introspection, discovery }: IssuerConfig): string => {
  const keys =
    jwt?.keys.kind === 'static'
      ? jwt.keys.keys.map(({ key }) => key.export({ format: 'jwk' }))
      : jwt?.keys.uri
  return JSON.stringify([keys, introspection?.endpoint, discovery?.url])
}

const overlap = (
  one: IssuerConfig['rules']['audience'],
  other: IssuerConfig['rules']['audience'],
): boolean => one === 'any' || other === 'any' || one.some((audience) => other.includes(audience))
