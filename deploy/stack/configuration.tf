# The configuration document of the function (deploy/authorizer-config.schema.json).

locals {
  presets = {
    identity_domain = { preset = "oci_iam", address = "domain_url" }
    entra           = { preset = "entra", address = "tenant" }
    okta            = { preset = "okta", address = "org_url" }
    auth0           = { preset = "auth0", address = "tenant_url" }
    keycloak        = { preset = "keycloak", address = "realm_url" }
    cognito         = { preset = "cognito", address = "user_pool_url" }
    oidc            = { preset = "oidc", address = "issuer" }
  }

  introspection_client_id = local.creates_introspection_clients ? oci_identity_domains_app.introspection["a"].name : var.introspection_client_id
  introspection_secret_id = local.creates_introspection_secret ? oci_vault_secret.introspection[0].id : var.introspection_secret_id
  has_introspection       = local.creates_introspection_clients || var.introspection_client_id != ""

  first_issuer = var.callers_provider == "none" ? {} : {
    callers = {
      provider             = var.callers_provider
      url                  = local.callers_domain_url
      tenant               = var.callers_entra_tenant
      audience             = var.callers_audience
      validation           = var.callers_validation
      required_scopes      = tolist([])
      allowed_clients      = var.callers_allowed_clients
      gateway_scope_map    = tomap({})
      gateway_scope_prefix = ""
      has_client           = local.has_introspection
      client_id            = local.introspection_client_id
      client_secret_ocid   = local.introspection_secret_id
    }
  }
  issuers_from_json = {
    for name, issuer in try(jsondecode(var.issuers_json), {}) : name => {
      provider             = issuer.provider
      url                  = try(issuer.url, "")
      tenant               = try(issuer.tenant, "")
      audience             = tolist(try(issuer.audience, []))
      validation           = try(issuer.validation, "")
      required_scopes      = tolist(try(issuer.required_scopes, []))
      allowed_clients      = tolist(try(issuer.allowed_clients, []))
      gateway_scope_map    = tomap({ for scope, wanted in try(issuer.gateway_scope_map, {}) : scope => tolist(wanted) })
      gateway_scope_prefix = try(issuer.gateway_scope_prefix, "")
      client_id            = try(issuer.client_id, "")
      client_secret_ocid   = try(issuer.client_secret_ocid, "")
    }
  }
  more_issuers = merge(var.issuers, local.issuers_from_json)
  issuers = merge(local.first_issuer, {
    for name, issuer in local.more_issuers : name => merge(issuer, { has_client = issuer.client_id != "" })
  })

  document = jsonencode({
    issuers = [
      for name, issuer in local.issuers : merge(
        {
          name = name
          provider = {
            preset                                   = local.presets[issuer.provider].preset
            (local.presets[issuer.provider].address) = issuer.provider == "entra" ? issuer.tenant : issuer.url
          }
        },
        # Access tokens of Cognito have no aud; allowed_clients is checked in its place.
        issuer.provider == "cognito" ? { audience = "any" } : {},
        issuer.provider != "cognito" ? { audience = issuer.audience } : {},
        issuer.validation != "" ? { validation = issuer.validation } : {},
        length(issuer.required_scopes) > 0 ? { required_scopes = issuer.required_scopes } : {},
        length(issuer.allowed_clients) > 0 ? { allowed_clients = issuer.allowed_clients } : {},
        length(issuer.gateway_scope_map) > 0 ? { gateway_scope_map = issuer.gateway_scope_map } : {},
        issuer.gateway_scope_prefix != "" ? { gateway_scope_prefix = issuer.gateway_scope_prefix } : {},
        issuer.has_client ? { client = { client_id = issuer.client_id, client_secret_ocid = issuer.client_secret_ocid } } : {},
      )
    ]
    backends = [{
      name           = "oic"
      token_endpoint = "${local.oic_domain_url}/oauth2/v1/token"
      scope          = local.oic_scope
      client = {
        client_id          = local.creates_oic_clients ? oci_identity_domains_app.oic["a"].name : var.oic_client_id
        client_secret_ocid = local.oic_secret_id
      }
    }]
  })

  function_config = merge(
    {
      log_level            = var.log_level
      max_decision_seconds = tostring(var.max_decision_seconds)
    },
    var.configuration_in_vault
    ? { authorizer_config_secret_ocid = oci_vault_secret.configuration[0].id }
    : { authorizer_config = local.document },
  )
}
