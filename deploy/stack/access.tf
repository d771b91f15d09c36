# The function reads its secrets and no other; gateways of one compartment call functions of one compartment.

locals {
  # With the compartment of each secret.
  function_secrets = concat(
    [{ id = local.oic_secret_id, compartment_id = local.creates_oic_secret ? var.compartment_ocid : local.secrets_compartment_id }],
    local.has_introspection ? [{
      id             = local.introspection_secret_id
      compartment_id = local.creates_introspection_secret ? var.compartment_ocid : local.secrets_compartment_id
    }] : [],
    [for secret in oci_vault_secret.configuration : { id = secret.id, compartment_id = var.compartment_ocid }],
    [
      for issuer in values(local.more_issuers) :
      { id = issuer.client_secret_ocid, compartment_id = local.secrets_compartment_id } if issuer.client_secret_ocid != ""
    ],
  )

  statements = concat(
    [
      for secret in local.function_secrets :
      "Allow any-user to read secret-bundles in compartment id ${secret.compartment_id} where all {request.principal.type='fnfunc', request.principal.id='${oci_functions_function.this.id}', target.secret.id='${secret.id}'}"
    ],
    [
      "Allow any-user to use functions-family in compartment id ${var.compartment_ocid} where all {request.principal.type='ApiGateway', request.resource.compartment.id='${local.gateway_compartment_id}'}"
    ],
  )
}

resource "oci_identity_policy" "this" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = var.name
  description    = "What the function ${var.name} may read, and who may call it"
  statements     = local.statements
  freeform_tags  = var.freeform_tags
}
