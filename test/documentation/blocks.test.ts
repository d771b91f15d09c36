import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { readInput } from '../../scripts/check-config/read-input.ts'
import { DENIAL_REASONS, FAULT_REASONS, WARNING_REASONS } from '../../src/reasons.ts'
import { planDeployment } from '../../stack/own-deployment.ts'
import { documents, root } from '../oci/support/documents.ts'

const texts = new Map(documents.map((page) => [page, readFileSync(root + page, 'utf8')]))

const blocks = [...texts].flatMap(([page, text]) =>
  [...text.matchAll(/^ *```json\n(.*?)^ *```$/gms)].map(
    ([, block = ''], index): [string, string] => [`${page} (${index + 1})`, block],
  ),
)

/** Names of the members of a configuration document, at any depth. */
const members = new Set(
  [
    ...readFileSync(`${root}deploy/authorizer-config.schema.json`, 'utf8').matchAll(/"(\w+)":/g),
  ].map(([, name]) => name),
)

const specification = JSON.parse(readFileSync(`${root}deploy/api-deployment.json`, 'utf8')) as {
  readonly routes: readonly object[]
}

/** By kind: a configuration (as a document or as flat keys), a route of a deployment, or a log line. */
function problemsOf(block: string): readonly string[] {
  const value = JSON.parse(block) as Record<string, unknown>
  if ('issuers' in value || 'back_end_scope' in value) {
    const { text } = checkConfig(readInput(Buffer.from(block)))
    return text
      .split('\n')
      .filter((line) => /^[✗!]/.test(line) && !line.endsWith('has a placeholder'))
  }
  if ('path' in value) {
    const { routes, ...policies } = specification
    return planDeployment({ ...policies, routes: [...routes, value] }).problems
  }
  return 'event' in value ? [] : ['is of no known kind']
}

describe('the JSON in the documents', () => {
  it.each(blocks)('of %s is valid', (_, block) => {
    expect(problemsOf(block)).toEqual([])
  })

  it('covers the configurations, a route and a log line', () => {
    expect(blocks.length).toBeGreaterThan(8)
  })

  it.each(documents)('inline in %s has members of the configuration document', (page) => {
    const snippets = [...(texts.get(page) ?? '').matchAll(/`("[\w$]+": [^`]+)`/g)]
    const unknown = snippets
      .map(([, snippet = '']) => snippet)
      .filter((snippet) => {
        const names = Object.keys(JSON.parse(`{${snippet}}`) as object)
        return names.some((name) => !members.has(name) && !ELSEWHERE.includes(name))
      })
    expect(unknown).toEqual([])
  })
})

/** Of the gateway's deployment, and of Entra's manifest. */
const ELSEWHERE = ['allowedScope', 'cacheKey', 'requestedAccessTokenVersion']

describe('the mistakes on the pages about identity providers', () => {
  const known = new Set([
    ...Object.keys(DENIAL_REASONS),
    ...Object.keys(FAULT_REASONS),
    ...Object.keys(WARNING_REASONS),
  ])

  it.each(documents.filter((page) => page.startsWith('docs/identity-providers/')))(
    'of %s have existing reasons',
    (page) => {
      const [, mistakes = ''] = (texts.get(page) ?? '').split('## Classic mistakes')
      const reasons = [...mistakes.matchAll(/^\| `(\w+)`/gm)].map(([, reason = '']) => reason)
      expect(reasons.filter((reason) => !known.has(reason))).toEqual([])
    },
  )
})
