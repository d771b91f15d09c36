import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { documentOf } from '../support/documents.ts'
import { configProblemsOf, flatProblemsOf, MINIMAL } from '../support/flat-configurations.ts'
import { configProblem } from '../support/problems.ts'

describe('a misspelt rule', () => {
  const problemsOf = (values: FlatConfiguration) => {
    expect(readConfig({ ...MINIMAL, ...values }).warnings).toStrictEqual([])
    return flatProblemsOf(values)
  }

  it.each([
    ['required_scope', 'required_scopes'],
    ['requried_scopes', 'required_scopes'],
    ['requiredScopes', 'required_scopes'],
    ['REQUIRED_SCOPES', 'required_scopes'],
    ['scopes_required', 'required_scopes'],
    ['allowed_client', 'allowed_clients'],
    ['allow_clients', 'allowed_clients'],
    ['alowed_clients', 'allowed_clients'],
    ['audiences', 'audience'],
    ['issuers', 'issuer'],
    ['Issuer', 'issuer'],
    ['algorithm', 'algorithms'],
    ['validations', 'validation'],
    ['clock_tolerance', 'clock_tolerance_seconds'],
    ['max_decision', 'max_decision_seconds'],
  ])('is a problem: %s for %s', (key, rule) => {
    expect(problemsOf({ [key]: 'x' })).toStrictEqual([
      configProblem(
        key,
        'is unknown',
        `Correct it to ${rule}, or remove it: the function would start without this rule.`,
      ),
    ])
  })

  it.each([
    ['required_claims', 'required_claims'],
    ['required_claim', 'required_claims'],
    ['max_token_lifetime', 'max_token_lifetime_seconds'],
    ['token_type', 'token_type'],
  ])('is a problem if only the document has the rule: %s', (key, member) => {
    expect(problemsOf({ [key]: 'x' })).toStrictEqual([
      configProblem(
        key,
        'is not a flat key',
        `Put the issuer into the document (authorizer_config), which has ${member}.`,
      ),
    ])
  })

  it.each(['my_issuer_name', 'audit', 'scope', 'clients', 'tissue', 'LANG', 'clock', 'users'])(
    'is not assumed for another key: %s',
    (key) => {
      expect(flatProblemsOf({ [key]: 'x' })).toStrictEqual([])
    },
  )

  it('is a warning beside a document', () => {
    const { source, warnings } = readConfig({
      authorizer_config: JSON.stringify(documentOf()),
      required_scope: 'x',
    })

    expect([source.ok, warnings.map(({ key }) => key)]).toStrictEqual([true, ['required_scope']])
  })
})

describe('a flat key of blanks', () => {
  const blank = (key: string) =>
    configProblem(key, 'has only spaces', 'Give a value, or remove the key.')

  // A blank audience is missing.
  it.each([
    'issuer',
    'validation',
    'algorithms',
    'required_scopes',
    'allowed_clients',
    'clock_tolerance_seconds',
    'max_decision_seconds',
  ])('is a problem if it is a rule, which would take its default: %s', (key) => {
    expect(flatProblemsOf({ [key]: ' \t ' })).toStrictEqual([blank(key)])
    expect(flatProblemsOf({ [key]: '' })).toStrictEqual([])
  })

  it.each(['introspection_cache_seconds', 'log_level'])('is ignored otherwise: %s', (key) => {
    expect(flatProblemsOf({ [key]: ' ' })).toStrictEqual([])
  })

  it('is a problem beside a document only if it has an effect there', () => {
    const document = { authorizer_config_secret_ocid: 'ocid1.vaultsecret.oc1.phx.document' }

    expect(
      configProblemsOf({ ...document, validation: ' ', max_decision_seconds: ' ' }),
    ).toStrictEqual([blank('max_decision_seconds')])
  })
})
