/** The stack and its examples, parsed and rendered. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseHcl, parseYaml, readProviderSchema } from './tools.ts'
import type { Form } from './form.ts'
import {
  readAssignments,
  readModule,
  type Files,
  type Module,
  type SyntaxTrees,
} from './hcl/module.ts'
import { evaluate } from './hcl/evaluate.ts'
import { required } from './hcl/tree.ts'
import { render, type Computed, type Rendered } from './hcl/render.ts'
import type { Members, Value } from './hcl/value.ts'

const project = new URL('../../', import.meta.url)
const folder = new URL('deploy/stack/', project)

export const EXAMPLES: readonly string[] = readdirSync(new URL('examples/', project)).filter(
  (name) => existsSync(new URL(`examples/${name}/terraform.tfvars`, project)),
)

export const files: Files = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.tf'))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
)
const examples: Files = Object.fromEntries(
  EXAMPLES.map((name) => [
    name,
    readFileSync(new URL(`examples/${name}/terraform.tfvars`, project), 'utf8'),
  ]),
)

const syntax: SyntaxTrees = parseHcl({ ...files, ...examples })
const ownSyntax: SyntaxTrees = Object.fromEntries(
  Object.entries(syntax).filter(([name]) => name in files),
)
export const stack: Module = readModule(ownSyntax)
export const schema = readProviderSchema()
export const SPECIFICATION_TYPE = required(
  schema.resources['oci_apigateway_deployment']?.arguments['specification'],
).type
export const form = parseYaml(readFileSync(new URL('schema.yaml', folder), 'utf8')) as Form

export function exampleVariables(name: string): Members {
  const assignments = readAssignments(required(syntax[name]))
  return Object.fromEntries(
    [...assignments].map(([variable, value]) => [variable, evaluate(value, () => undefined)]),
  )
}

export const base = exampleVariables('identity-domain')
export const COGNITO = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dE5fG7'

/** The variables for callers of another provider than an identity domain. */
export function callersOf(provider: string, more: Members = {}): Members {
  return { ...base, caller_names: [], callers_url: '', callers_provider: provider, ...more }
}

/** The stack with one place of one file changed. */
export function changed(file: string, from: string, to: string): Module {
  const text = files[file] ?? ''
  if (text.split(from).length !== 2) throw new Error(`${from} is not in ${file} once`)
  return readModule({ ...ownSyntax, ...parseHcl({ [file]: text.replace(from, to) }) })
}

export const OIC_SCOPE =
  'https://example.integration.eu-frankfurt-1.ocp.oraclecloud.com:443urn:opc:resource:consumer::all'

const LOOKED_UP: Readonly<Record<string, Value>> = {
  region_subscriptions: [{ region_name: 'us-ashburn-1', is_home_region: true }],
  idcs_info: [{ idcs_app_id: 'oic-application' }],
  scopes: [
    { fqs: OIC_SCOPE.replace('urn:opc:resource:consumer::all', '/ic/api/') },
    { fqs: OIC_SCOPE },
  ],
  app_roles: [{ id: 'service-invoker' }],
  url: 'https://idcs-22222222222222222222222222222222.identity.oraclecloud.com:443',
}

/** Attributes that the service sets, derived from the address. */
export const computed: Computed = (address, attribute) => {
  if (address.startsWith('data.')) return LOOKED_UP[attribute] ?? `looked-up-${attribute}`
  const unique = address.replace(/[^a-z]/g, '')
  if (attribute !== 'id') return `${unique}${attribute}`
  const kinds: Readonly<Record<string, string>> = {
    oci_vault_secret: 'vaultsecret',
    oci_functions_function: 'fnfunc',
    oci_apigateway_deployment: 'apideployment',
  }
  const kind = kinds[address.split('.')[0] ?? '']
  return kind === undefined ? unique : `ocid1.${kind}.oc1.eu-frankfurt-1.${unique}`
}

/** `lookedUp` replaces results of data sources. */
export function renderWith(
  variables: Members,
  service: Computed = computed,
  lookedUp: Members = {},
): Rendered {
  return render(stack, variables, (address, attribute) => {
    const found = address.startsWith('data.') ? lookedUp[attribute] : undefined
    return found ?? service(address, attribute)
  })
}

/** Of the policy for function and gateway. */
export function statementsOf({ instances }: Rendered): string[] {
  const policy = instances.find(({ type }) => type === 'oci_identity_policy')
  return policy?.values['statements'] as string[]
}
