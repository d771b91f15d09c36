/** Checks values against the enumerations of OCI's SDK, which `terraform validate` does not know. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instance } from './hcl/render.ts'
import type { Module } from './hcl/module.ts'
import { isTree, nameOf, trees, type Block, type Node } from './hcl/tree.ts'
import type { Members, Value } from './hcl/value.ts'
import { sdkPackage } from './tools.ts'

/** Package, model, and its enumeration; without one, the values that tell its subtypes apart. */
type Source = readonly [name: string, model: string, enumeration?: string]

const ALGORITHM: Source = ['oci-keymanagement', 'key-shape', 'Algorithm']
const IF_EXISTS: Source = ['oci-apigateway', 'set-header-policy-item', 'IfExists']
const AUTHENTICATION = 'specification.request_policies.authentication'

/** By the path of the attribute in its resource. */
const ENUMERATIONS: Readonly<Record<string, Source>> = {
  'oci_apigateway_gateway.endpoint_type': ['oci-apigateway', 'gateway', 'EndpointType'],
  'oci_apigateway_deployment.specification.logging_policies.execution_log.log_level': [
    'oci-apigateway',
    'execution-log-policy',
    'LogLevel',
  ],
  [`oci_apigateway_deployment.${AUTHENTICATION}.type`]: ['oci-apigateway', 'authentication-policy'],
  [`oci_apigateway_deployment.${AUTHENTICATION}.validation_failure_policy.type`]: [
    'oci-apigateway',
    'validation-failure-policy',
  ],
  [`oci_apigateway_deployment.${AUTHENTICATION}.validation_failure_policy.response_header_transformations.set_headers.items.if_exists`]:
    IF_EXISTS,
  'oci_apigateway_deployment.specification.request_policies.rate_limiting.rate_key': [
    'oci-apigateway',
    'rate-limiting-policy',
    'RateKey',
  ],
  'oci_apigateway_deployment.specification.routes.methods': [
    'oci-apigateway',
    'api-specification-route',
    'Methods',
  ],
  'oci_apigateway_deployment.specification.routes.backend.type': [
    'oci-apigateway',
    'api-specification-route-backend',
  ],
  'oci_apigateway_deployment.specification.routes.request_policies.authorization.type': [
    'oci-apigateway',
    'route-authorization-policy',
  ],
  'oci_apigateway_deployment.specification.routes.request_policies.header_transformations.set_headers.items.if_exists':
    IF_EXISTS,
  'oci_functions_application.shape': ['oci-functions', 'create-application-details', 'Shape'],
  'oci_functions_function.provisioned_concurrency_config.strategy': [
    'oci-functions',
    'function-provisioned-concurrency-config',
  ],
  'oci_identity_domains_app.client_type': ['oci-identitydomains', 'app', 'ClientType'],
  'oci_identity_domains_app.allowed_operations': [
    'oci-identitydomains',
    'app',
    'AllowedOperations',
  ],
  'oci_identity_domains_app.trust_scope': ['oci-identitydomains', 'app', 'TrustScope'],
  'oci_identity_domains_grant.grant_mechanism': ['oci-identitydomains', 'grant', 'GrantMechanism'],
  'oci_identity_domains_grant.grantee.type': ['oci-identitydomains', 'grant-grantee', 'Type'],
  'oci_kms_vault.vault_type': ['oci-keymanagement', 'create-vault-details', 'VaultType'],
  'oci_kms_key.protection_mode': ['oci-keymanagement', 'create-key-details', 'ProtectionMode'],
  'oci_kms_key.key_shape.algorithm': ALGORITHM,
  'oci_vault_secret.secret_content.content_type': ['oci-vault', 'secret-content-details'],
  'oci_logging_log.log_type': ['oci-logging', 'create-log-details', 'LogType'],
  'oci_logging_log.configuration.source.source_type': ['oci-logging', 'source'],
  'oci_monitoring_alarm.severity': ['oci-monitoring', 'alarm', 'Severity'],
}

export const ENUMERATED_PATHS = Object.keys(ENUMERATIONS)

export function valuesOf(path: string): readonly string[] | undefined {
  const source = ENUMERATIONS[path]
  if (source === undefined) return undefined
  const [name, model, enumeration] = source
  const file = join(sdkPackage(name), 'lib', 'model', `${model}.js`)
  const pattern =
    enumeration === undefined
      ? /case "([^"]+)":/g
      : new RegExp(`\\b${enumeration}\\["\\w+"\\] = "([^"]+)"`, 'g')
  return [...readFileSync(file, 'utf8').matchAll(pattern)]
    .map(([, value = '']) => value)
    .filter((value) => value !== 'UNKNOWN_VALUE')
}

/** What stands in the configuration, in branches that no example takes, too. */
export function checkLiterals(module: Module): string[] {
  return [...module.resources].flatMap(([address, block]) =>
    address.startsWith('data.') ? [] : literalsOf(block, block.labels[0] ?? ''),
  )
}

/** What was evaluated. */
export function checkInstances(instances: readonly Instance[]): string[] {
  return instances.flatMap(({ type, values }) => valuesIn(values, type))
}

function literalsOf(block: Block, path: string): string[] {
  return [
    ...block.attributes.flatMap(({ name, expression }) =>
      judge(literals(expression), `${path}.${name}`),
    ),
    ...block.blocks.flatMap((nested) => {
      const content = nested.blocks.find(({ type }) => type === 'content')
      return nested.type === 'dynamic' && content !== undefined
        ? literalsOf(content, `${path}.${nested.labels[0] ?? ''}`)
        : literalsOf(nested, `${path}.${nested.type}`)
    }),
  ]
}

/** Strings that the expression itself can come to: both branches of a condition, elements of a list. */
function literals(node: Node): string[] {
  if (!isTree(node)) return []
  const inner = trees(node.children)
  switch (node.rule) {
    case 'conditional':
      return inner.slice(1).flatMap(literals)
    case 'expr_term':
    case 'tuple':
      return inner.flatMap(literals)
    case 'string':
      return [nameOf(node)]
    default:
      return []
  }
}

function valuesIn(values: Members, path: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const at = `${path}.${name}`
    const each: Value[] = Array.isArray(value) ? value : [value]
    return each.flatMap((one) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? valuesIn(one as Members, at)
        : judge(typeof one === 'string' ? [one] : [], at),
    )
  })
}

function judge(values: readonly string[], path: string): string[] {
  const known = valuesOf(path)
  return values
    .filter((value) => known?.includes(value) === false)
    .map((value) => `${path}: ${value} is none of ${known?.join(', ') ?? ''}`)
}
