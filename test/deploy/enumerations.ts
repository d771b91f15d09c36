/** Checks values against the enumerations of OCI's SDK, which `terraform validate` does not check. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instance } from './hcl/render.ts'
import type { Module } from './hcl/module.ts'
import { isTree, nameOf, trees, type Block, type Node } from './hcl/tree.ts'
import type { Members, Value } from './hcl/value.ts'
import { sdkPackage } from './tools.ts'

/** A model and its enumeration; without one, the values that tell its subtypes apart. */
type Enumeration = readonly [model: string, enumeration?: string]

const DEPLOYMENT = 'oci_apigateway_deployment.specification'
const AUTHENTICATION = `${DEPLOYMENT}.request_policies.authentication`
const FAILURE = `${AUTHENTICATION}.validation_failure_policy`
const ROUTES = `${DEPLOYMENT}.routes`

/** By package, and by the path of the attribute in its resource. */
const ENUMERATIONS_OF: Readonly<Record<string, Readonly<Record<string, Enumeration>>>> = {
  'oci-apigateway': {
    'oci_apigateway_gateway.endpoint_type': ['gateway', 'EndpointType'],
    [`${DEPLOYMENT}.logging_policies.execution_log.log_level`]: [
      'execution-log-policy',
      'LogLevel',
    ],
    [`${AUTHENTICATION}.type`]: ['authentication-policy'],
    [`${FAILURE}.type`]: ['validation-failure-policy'],
    [`${FAILURE}.response_header_transformations.set_headers.items.if_exists`]: [
      'set-header-policy-item',
      'IfExists',
    ],
    [`${DEPLOYMENT}.request_policies.rate_limiting.rate_key`]: ['rate-limiting-policy', 'RateKey'],
    [`${ROUTES}.methods`]: ['api-specification-route', 'Methods'],
    [`${ROUTES}.backend.type`]: ['api-specification-route-backend'],
    [`${ROUTES}.request_policies.authorization.type`]: ['route-authorization-policy'],
    [`${ROUTES}.request_policies.header_transformations.set_headers.items.if_exists`]: [
      'set-header-policy-item',
      'IfExists',
    ],
  },
  'oci-functions': {
    'oci_functions_application.shape': ['create-application-details', 'Shape'],
    'oci_functions_function.provisioned_concurrency_config.strategy': [
      'function-provisioned-concurrency-config',
    ],
  },
  'oci-identitydomains': {
    'oci_identity_domains_app.client_type': ['app', 'ClientType'],
    'oci_identity_domains_app.allowed_operations': ['app', 'AllowedOperations'],
    'oci_identity_domains_app.trust_scope': ['app', 'TrustScope'],
    'oci_identity_domains_grant.grant_mechanism': ['grant', 'GrantMechanism'],
    'oci_identity_domains_grant.grantee.type': ['grant-grantee', 'Type'],
  },
  'oci-keymanagement': {
    'oci_kms_vault.vault_type': ['create-vault-details', 'VaultType'],
    'oci_kms_key.protection_mode': ['create-key-details', 'ProtectionMode'],
    'oci_kms_key.key_shape.algorithm': ['key-shape', 'Algorithm'],
  },
  'oci-vault': { 'oci_vault_secret.secret_content.content_type': ['secret-content-details'] },
  'oci-logging': {
    'oci_logging_log.log_type': ['create-log-details', 'LogType'],
    'oci_logging_log.configuration.source.source_type': ['source'],
  },
  'oci-monitoring': { 'oci_monitoring_alarm.severity': ['alarm', 'Severity'] },
}
const ENUMERATIONS = new Map(
  Object.entries(ENUMERATIONS_OF).flatMap(([name, byPath]) =>
    Object.entries(byPath).map(([path, enumeration]) => [path, [name, ...enumeration]] as const),
  ),
)

export const ENUMERATED_PATHS = [...ENUMERATIONS.keys()]

export function valuesOf(path: string): readonly string[] | undefined {
  const source = ENUMERATIONS.get(path)
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

/** Checks the literals of the configuration, including branches that no example reaches. */
export function checkLiterals(module: Module): string[] {
  return [...module.resources].flatMap(([address, block]) =>
    address.startsWith('data.') ? [] : literalsOf(block, block.labels[0] ?? ''),
  )
}

/** Checks evaluated values. */
export function checkInstances(instances: readonly Instance[]): string[] {
  return instances.flatMap(({ type, values }) => valuesIn(values, type))
}

function literalsOf(block: Block, path: string): string[] {
  return [
    ...block.attributes.flatMap(({ name, expression }) =>
      check(literals(expression), `${path}.${name}`),
    ),
    ...block.blocks.flatMap((nested) => {
      const content = nested.blocks.find(({ type }) => type === 'content')
      return nested.type === 'dynamic' && content !== undefined
        ? literalsOf(content, `${path}.${nested.labels[0] ?? ''}`)
        : literalsOf(nested, `${path}.${nested.type}`)
    }),
  ]
}

/** Strings that the expression itself can result in: both branches of a condition, elements of a list. */
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
        : check(typeof one === 'string' ? [one] : [], at),
    )
  })
}

function check(values: readonly string[], path: string): string[] {
  const known = valuesOf(path)
  return values
    .filter((value) => known?.includes(value) === false)
    .map((value) => `${path}: ${value} is not one of ${known?.join(', ') ?? ''}`)
}
