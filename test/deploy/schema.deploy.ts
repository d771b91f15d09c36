/** The stack against the provider's schema, the SDK's enumerations, and Resource Manager's form. */
import { describe, expect, it } from '@jest/globals'
import { checkInstances, checkLiterals, ENUMERATED_PATHS, valuesOf } from './enumerations.ts'
import { checkForm } from './form.ts'
import { checkModule, checkValues, schemaOf } from './provider-schema.ts'
import { changed, EXAMPLES, exampleVariables, form, renderWith, schema, stack } from './stack.ts'

describe('the stack', () => {
  it('has no unknown name, type or reference', () => {
    expect(checkModule(stack, schema)).toEqual([])
  })

  it('has no value that is unknown to OCI’s SDK', () => {
    expect(checkLiterals(stack)).toEqual([])
  })

  it('has exactly the variables of Resource Manager’s form', () => {
    expect(checkForm(form, stack)).toEqual([])
  })

  it.each(ENUMERATED_PATHS)('%s is an attribute with values', (path) => {
    expect(valuesOf(path)?.length).toBeGreaterThan(0)
    const [type = '', ...names] = path.split('.')
    let block = schema.resources[type]?.arguments
    for (const name of names.slice(0, -1)) {
      const nested = block?.[name]?.type
      block = (Array.isArray(nested) ? nested[1] : nested) as typeof block
    }
    expect(block).toHaveProperty(names.at(-1) ?? '')
  })
})

describe.each(EXAMPLES)('examples/%s', (name) => {
  it('has values of the provider’s types and enumerations, and meets all conditions', () => {
    const { instances, problems } = renderWith(exampleVariables(name))
    expect(problems).toEqual([])
    expect(checkInstances(instances)).toEqual([])
    expect(
      instances.flatMap(({ address, values }) =>
        checkValues(values, schemaOf(address, schema)?.arguments ?? {}, address),
      ),
    ).toEqual([])
  })
})

describe('each check can fail', () => {
  it.each([
    ['a misspelt attribute', 'gateway.tf', 'endpoint_type  =', 'endpoint_typ  ='],
    ['a misspelt block', 'gateway.tf', 'rate_key                    =', 'rate_keys = '],
    ['a missing required attribute', 'function.tf', '  display_name       = var.name\n', ''],
    [
      'a missing required block',
      'identity.tf',
      '  grantee {\n    type  = "App"\n    value = oci_identity_domains_app.oic[each.key].id\n  }\n',
      '',
    ],
    [
      'a wrong type',
      'observability.tf',
      'log_type           = "SERVICE"\n  is_enabled         = true\n  retention_duration = var.log_retention_days\n  freeform_tags      = var.freeform_tags\n\n  configuration {\n    compartment_id = var.compartment_ocid\n\n    source {\n      source_type = "OCISERVICE"\n      service     = "functions"',
      'log_type           = ["SERVICE"]\n  configuration {\n    source {\n      source_type = "OCISERVICE"\n      service     = "functions"',
    ],
    [
      'an unknown variable',
      'gateway.tf',
      'path_prefix    = var.path_prefix',
      'path_prefix    = var.prefix',
    ],
    [
      'an unknown local value',
      'gateway.tf',
      'gateway_id     = local.gateway_id',
      'gateway_id     = local.gateway',
    ],
    [
      'an unknown resource',
      'gateway.tf',
      'function_id                 = oci_functions_function.this.id',
      'function_id = oci_functions_function.that.id',
    ],
    [
      'an unknown attribute of a resource',
      'configuration.tf',
      'oci_identity_domains_app.oic["a"].name',
      'oci_identity_domains_app.oic["a"].client_id',
    ],
    [
      'an unknown attribute to ignore',
      'vault.tf',
      '    ignore_changes = [secret_content]\n\n',
      '    ignore_changes = [secret_contents]\n\n',
    ],
    [
      'an unknown type',
      'function.tf',
      'resource "oci_functions_function"',
      'resource "oci_functions_func"',
    ],
  ])('%s', (_, file, from, to) => {
    expect(checkModule(changed(file, from, to), schema)).not.toEqual([])
  })

  it.each([
    ['authentication', 'gateway.tf', '"CUSTOM_AUTHENTICATION"', '"CUSTOM"'],
    ['one branch of a condition', 'gateway.tf', '"ANY_OF" :', '"ANYOF" :'],
    ['a transformation', 'gateway.tf', 'if_exists = "SKIP"', 'if_exists = "IGNORE"'],
    ['a method', 'gateway.tf', 'methods = ["GET"]\n', 'methods = ["get"]\n'],
    ['a grant', 'identity.tf', '"ADMINISTRATOR_TO_APP"', '"ADMIN_TO_APP"'],
    ['an operation', 'identity.tf', '["introspect"]', '["Introspect"]'],
    ['a key', 'vault.tf', '"SOFTWARE"', '"SOFT"'],
  ])('a wrong value of an enumeration: %s', (_, file, from, to) => {
    expect(checkLiterals(changed(file, from, to))).not.toEqual([])
  })

  it('a value of an enumeration from a variable', () => {
    const values = { endpoint_type: 'INTERNAL' }
    expect(checkInstances([{ address: '', type: 'oci_apigateway_gateway', values }])).not.toEqual(
      [],
    )
  })

  it('a variable that schema.yaml lacks', () => {
    const more = 'variable "vcn_id" {'
    const other =
      'variable "other" {\n  type = string\n  description = "x"\n}\n\nvariable "vcn_id" {'
    expect(checkForm(form, changed('variables.tf', more, other))).toEqual([
      'schema.yaml: lacks the variable other',
      'schema.yaml: other is not in one group',
    ])
  })

  it.each([
    ['another name', 'variable "path_prefix" {', 'variable "prefix" {'],
    ['another default', '"/oic"\n  description', '"/api"\n  description'],
    ['another type', 'number\n  default     = 256', 'string\n  default     = 256'],
    ['other choices', '["PUBLIC", "PRIVATE"]', '["PUBLIC"]'],
    ['no default', '  default     = "/oic"\n', ''],
  ])('schema.yaml beside a variable with %s', (_, from, to) => {
    expect(checkForm(form, changed('variables.tf', from, to))).not.toEqual([])
  })

  it('a file that is not HCL', () => {
    expect(() => changed('vault.tf', 'count    = local.looks_up_vault ? 1 : 0', 'count =')).toThrow(
      /vault\.tf:\d+/,
    )
  })
})
