/** The variables that the stack rejects, and its messages. */
import { describe, expect, it } from '@jest/globals'
import type { Members, Value } from './hcl/value.ts'
import { base, callersOf, COGNITO, OIC_SCOPE, renderWith } from './stack.ts'

describe('invalid input', () => {
  const withPath = 'https://idcs-1.identity.oraclecloud.com/ui'

  it.each<[string, Members, string]>([
    [
      'a scope without its host',
      { oic_scope: 'urn:opc:resource:consumer::all' },
      'the whole scope with its host',
    ],
    ['a domain URL with a path', { oic_domain_url: withPath }, 'without a path'],
    ['the same for callers', { callers_url: withPath }, 'no path'],
    ['an image without a digest', { image: 'fra.ocir.io/n/oic/a:0.1.0' }, 'has the digest'],
    ['an image of another region', { region: 'us-phoenix-1' }, 'push it to us-phoenix-1.ocir.io'],
    ['a host with https://', { oic_host: 'https://host.example.com' }, 'without https://'],
    ['a wildcard', { integration_path: '/echo/{rest*}' }, 'walk out of the integration'],
    ['no integration', { integration: '' }, 'Give integration or integrations'],
    ['no audience', { callers_audience: [] }, 'callers_audience'],
    ['any audience', { callers_audience: ['any'] }, 'switches the check off'],
    ['a secret in place of its OCID', { oic_secret_id: 's3cret' }, 'never the secret itself'],
    ['a client without a secret', { oic_client_id: 'x', oic_scope: OIC_SCOPE }, 'go together'],
    ['Entra without a tenant', callersOf('entra'), 'callers_entra_tenant'],
    [
      'two ways to name a domain',
      { oic_domain_id: 'ocid1.domain.oc1..a' },
      'one of oic_domain_id and oic_domain_url',
    ],
    [
      'introspection at Okta',
      callersOf('okta', {
        callers_url: 'https://example.okta.com',
        callers_validation: 'introspection',
      }),
      'Introspection is for an identity domain or Keycloak',
    ],
    [
      'Cognito without its clients',
      callersOf('cognito', { callers_url: COGNITO, callers_audience: [] }),
      'give callers_allowed_clients',
    ],
    ['units out of step', { provisioned_concurrency: 10 }, 'steps of 20'],
    ['a key without its vault', { key_id: 'ocid1.key.oc1..a' }, 'give vault_id too'],
    ['no Oracle Integration', { oic_instance_id: '' }, 'oic_instance_id or oic_application_id'],
    [
      'an Entra audience of version 1',
      callersOf('entra', {
        callers_entra_tenant: '00000000-0000-0000-0000-000000000000',
        callers_audience: ['api://orders'],
      }),
      'a GUID',
    ],
    ['a variable that is not there', { oic_hosts: 'x' }, 'there is no variable oic_hosts'],
  ])('%s', (_, variables, message) => {
    expect(renderWith({ ...base, ...variables }).problems.join('\n')).toContain(message)
  })

  const route = { path: '/a/{id}', integration: 'A/1.0', resource: '/{id}' }
  const issuer = { provider: 'okta', url: 'https://example.okta.com', audience: ['api://a'] }
  const notJson = 'JSON object'
  it.each<[string, string, unknown, string]>([
    ['no JSON', 'integrations_json', '{', notJson],
    ['an array', 'integrations_json', ['a'], notJson],
    ['an unknown member', 'integrations_json', { a: { ...route, scope: 'x' } }, notJson],
    ['no path', 'integrations_json', { a: { ...route, path: undefined } }, notJson],
    ['a wildcard', 'integrations_json', { a: { ...route, path: '/a/{rest*}' } }, 'no wildcards'],
    ['a name that path lacks', 'integrations_json', { a: { ...route, path: '/a' } }, notJson],
    ['a method', 'integrations_json', { a: { ...route, methods: ['get'] } }, notJson],
    ['methods as text', 'integrations_json', { a: { ...route, methods: 'GET' } }, notJson],
    ['a name twice', 'integrations_json', { first: route }, 'the same name'],
    ['no JSON', 'issuers_json', 'a', notJson],
    ['an unknown provider', 'issuers_json', { a: { ...issuer, provider: 'x' } }, notJson],
    ['an unknown member', 'issuers_json', { a: { ...issuer, aud: 'x' } }, notJson],
    ['a URL for Entra', 'issuers_json', { a: { ...issuer, provider: 'entra' } }, notJson],
    ['any audience', 'issuers_json', { a: { ...issuer, audience: ['any'] } }, 'not any'],
    ['an audience as text', 'issuers_json', { a: { ...issuer, audience: 'api://a' } }, notJson],
    ['no audience', 'issuers_json', { a: { ...issuer, audience: [] } }, notJson],
    [
      'an Entra audience of version 1',
      'issuers_json',
      { a: { provider: 'entra', tenant: 'x', audience: ['api://a'] } },
      'with Entra a GUID',
    ],
    [
      'a domain without a client',
      'issuers_json',
      { a: { ...issuer, provider: 'identity_domain' } },
      notJson,
    ],
    ['half a client', 'issuers_json', { a: { ...issuer, client_id: 'x' } }, notJson],
    ['the name callers', 'issuers_json', { callers: issuer }, notJson],
    ['scopes as text', 'callers_json', { a: 'echo:invoke' }, notJson],
    ['a scope with its audience', 'callers_json', { a: ['https://api/echo'] }, notJson],
  ])('%s in %s', (_, name, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    expect(renderWith({ ...base, [name]: text }).problems.join('\n')).toContain(message)
  })

  it.each<[string, string, Value, string]>([
    ['a role that Oracle Integration lacks', 'app_roles', [], 'no role ServiceInvoker'],
    ['an application without the scope', 'scopes', [{ fqs: 'https://x/other' }], 'has no scope'],
  ])('%s', (_, attribute, value, message) => {
    const { problems } = renderWith(base, undefined, { [attribute]: value })
    expect(problems.join('\n')).toContain(message)
  })
})
