# Applications in the identity domains. Each credential has two applications, a and b: one is in use, and
# `npm run rotate` puts the other one into use with a new client secret.

locals {
  domain_schemas = ["urn:ietf:params:scim:schemas:oracle:idcs:App"]

  # What the identity domain returns of an application: everything that is set here. clientSecret, which is
  # returned by default, is left out then and does not end in the state.
  application_attributes = join(",", [
    "id", "name", "displayName", "description", "active", "basedOnTemplate", "isOAuthClient", "isOAuthResource",
    "clientType", "allowedGrants", "allowedOperations", "allowedScopes", "trustScope", "audience", "scopes",
    "accessTokenExpiry",
  ])

  oic_domain_url = trimsuffix(var.oic_domain_url != "" ? var.oic_domain_url : try(data.oci_identity_domain.oic[0].url, ""), ":443")

  callers_in_identity_domain = var.callers_provider == "identity_domain"
  callers_domain_url         = trimsuffix(var.callers_url != "" ? var.callers_url : try(data.oci_identity_domain.callers[0].url, ""), ":443")

  creates_oic_clients           = var.oic_client_id == ""
  creates_introspection_clients = local.callers_in_identity_domain && var.introspection_client_id == ""
  creates_api                   = local.callers_in_identity_domain && var.create_api_application

  api_audience = try(var.callers_audience[0], "")
  api_scopes = sort(distinct(concat(
    var.api_scopes,
    flatten([for route in values(local.integrations) : route.scopes]),
    flatten(values(var.callers)),
    flatten(values(local.callers_from_json)),
  )))
  callers_from_json = { for name, scopes in try(jsondecode(var.callers_json), {}) : name => tolist(scopes) }
  callers = local.callers_in_identity_domain ? merge(
    { for name in var.caller_names : name => local.api_scopes }, var.callers, local.callers_from_json,
  ) : {}
}

data "oci_identity_domain" "oic" {
  count     = var.oic_domain_url == "" && var.oic_domain_id != "" ? 1 : 0
  domain_id = var.oic_domain_id
}

data "oci_identity_domain" "callers" {
  count     = var.callers_url == "" && var.callers_domain_id != "" ? 1 : 0
  domain_id = var.callers_domain_id
}

# Oracle Integration

locals {
  looks_up_oic_application = local.creates_oic_clients && var.oic_application_id == ""
  oic_application_id       = local.looks_up_oic_application ? try(data.oci_integration_integration_instance.this[0].idcs_info[0].idcs_app_id, "") : var.oic_application_id

  reads_oic_scope = var.oic_scope == "" && local.oic_application_id != ""
  oic_scope = local.reads_oic_scope ? try(one([
    for scope in data.oci_identity_domains_app.oic[0].scopes : scope.fqs if endswith(scope.fqs, "urn:opc:resource:consumer::all")
  ]), "") : var.oic_scope

  looks_up_oic_role = local.creates_oic_clients && var.oic_role_id == ""
  oic_role_id       = local.looks_up_oic_role ? try(one(data.oci_identity_domains_app_roles.oic[0].app_roles[*].id), "") : var.oic_role_id

  oic_clients = local.creates_oic_clients ? toset(["a", "b"]) : toset([])
}

data "oci_integration_integration_instance" "this" {
  count                   = local.looks_up_oic_application && var.oic_instance_id != "" ? 1 : 0
  integration_instance_id = var.oic_instance_id
}

data "oci_identity_domains_app" "oic" {
  count         = local.reads_oic_scope ? 1 : 0
  idcs_endpoint = local.oic_domain_url
  app_id        = local.oic_application_id
  attributes    = "id,displayName,scopes"
}

data "oci_identity_domains_app_roles" "oic" {
  count           = local.looks_up_oic_role ? 1 : 0
  idcs_endpoint   = local.oic_domain_url
  app_role_filter = "displayName eq \"${var.oic_role_name}\" and app.value eq \"${local.oic_application_id}\""
}

resource "oci_identity_domains_app" "oic" {
  for_each        = local.oic_clients
  idcs_endpoint   = local.oic_domain_url
  schemas         = local.domain_schemas
  attributes      = local.application_attributes
  display_name    = "${var.name}-oic-${each.key}"
  description     = "Client of Oracle Integration, used by the function ${var.name}"
  active          = true
  is_oauth_client = true
  client_type     = "confidential"
  allowed_grants  = ["client_credentials"]
  trust_scope     = "Explicit"
  force_delete    = true

  based_on_template {
    value = "CustomWebAppTemplateId"
  }

  allowed_scopes {
    fqs = local.oic_scope
  }

  lifecycle {
    # The domain appends schemas of its own.
    ignore_changes = [schemas]

    precondition {
      condition     = local.oic_application_id != ""
      error_message = "Give oic_instance_id or oic_application_id, or an application of your own as oic_client_id and oic_secret_id."
    }

    precondition {
      condition     = coalesce(local.oic_scope, "none") != "none"
      error_message = "The application of Oracle Integration has no scope that ends in urn:opc:resource:consumer::all. Check oic_application_id, or give oic_scope."
    }
  }
}

resource "oci_identity_domains_grant" "oic" {
  for_each        = local.oic_clients
  idcs_endpoint   = local.oic_domain_url
  schemas         = ["urn:ietf:params:scim:schemas:oracle:idcs:Grant"]
  grant_mechanism = "ADMINISTRATOR_TO_APP"

  app {
    value = local.oic_application_id
  }

  entitlement {
    attribute_name  = "appRoles"
    attribute_value = local.oic_role_id
  }

  grantee {
    type  = "App"
    value = oci_identity_domains_app.oic[each.key].id
  }

  lifecycle {
    ignore_changes = [schemas]

    precondition {
      condition     = coalesce(local.oic_role_id, "none") != "none"
      error_message = "The application of Oracle Integration has no role ${var.oic_role_name}. Its page (Oracle Cloud Services, Application roles) lists them."
    }
  }
}

# The callers' identity domain

resource "oci_identity_domains_app" "api" {
  count               = local.creates_api ? 1 : 0
  idcs_endpoint       = local.callers_domain_url
  schemas             = local.domain_schemas
  attributes          = local.application_attributes
  display_name        = "${var.name}-api"
  description         = "API in front of Oracle Integration"
  active              = true
  is_oauth_resource   = true
  audience            = local.api_audience
  access_token_expiry = 3600
  force_delete        = true

  based_on_template {
    value = "CustomWebAppTemplateId"
  }

  dynamic "scopes" {
    for_each = local.api_scopes

    content {
      value            = scopes.value
      display_name     = scopes.value
      requires_consent = false
    }
  }

  lifecycle {
    ignore_changes = [schemas]

    precondition {
      condition     = length(local.api_scopes) > 0
      error_message = "An API needs a scope: give api_scopes, or a route's scopes."
    }
  }
}

resource "oci_identity_domains_app" "introspection" {
  for_each           = local.creates_introspection_clients ? toset(["a", "b"]) : toset([])
  idcs_endpoint      = local.callers_domain_url
  schemas            = local.domain_schemas
  attributes         = local.application_attributes
  display_name       = "${var.name}-introspection-${each.key}"
  description        = "Introspection by the function ${var.name}"
  active             = true
  is_oauth_client    = true
  client_type        = "confidential"
  allowed_grants     = ["client_credentials"]
  allowed_operations = ["introspect"]
  trust_scope        = "Explicit"
  force_delete       = true

  based_on_template {
    value = "CustomWebAppTemplateId"
  }

  lifecycle {
    ignore_changes = [schemas]
  }
}

resource "oci_identity_domains_app" "caller" {
  for_each        = local.callers
  idcs_endpoint   = local.callers_domain_url
  schemas         = local.domain_schemas
  attributes      = local.application_attributes
  display_name    = "${var.name}-caller-${each.key}"
  description     = "Caller of the API"
  active          = true
  is_oauth_client = true
  client_type     = "confidential"
  allowed_grants  = ["client_credentials"]
  trust_scope     = "Explicit"
  force_delete    = true

  based_on_template {
    value = "CustomWebAppTemplateId"
  }

  dynamic "allowed_scopes" {
    for_each = each.value

    content {
      fqs = "${local.api_audience}${allowed_scopes.value}"
    }
  }

  # The scopes have to exist.
  depends_on = [oci_identity_domains_app.api]

  lifecycle {
    ignore_changes = [schemas]
  }
}
