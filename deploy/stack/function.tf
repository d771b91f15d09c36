locals {
  creates_application = var.application_id == ""
  application_id      = local.creates_application ? oci_functions_application.this[0].id : var.application_id

  image_parts          = split("@", var.image)
  image_host           = split("/", var.image)[0]
  provisioned_step     = var.function_memory_mb == 128 ? 40 : var.function_memory_mb == 256 ? 20 : 10
  function_config_size = sum([for key, value in local.function_config : length(key) + length(value)])
}

resource "oci_functions_application" "this" {
  count          = local.creates_application ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  subnet_ids     = [local.function_subnet_id]
  shape          = var.function_shape
  freeform_tags  = var.freeform_tags
}

resource "oci_functions_function" "this" {
  application_id     = local.application_id
  display_name       = var.name
  image              = local.image_parts[0]
  image_digest       = local.image_parts[1]
  memory_in_mbs      = var.function_memory_mb
  timeout_in_seconds = var.function_timeout_seconds
  config             = local.function_config
  freeform_tags      = var.freeform_tags

  dynamic "provisioned_concurrency_config" {
    for_each = var.provisioned_concurrency > 0 ? [var.provisioned_concurrency] : []

    content {
      strategy = "CONSTANT"
      count    = provisioned_concurrency_config.value
    }
  }

  lifecycle {
    precondition {
      condition     = !strcontains(split(".", local.image_host)[0], "-") || startswith(local.image_host, "${var.region}.")
      error_message = "The image has to be in the registry of the function's region: push it to ${var.region}.ocir.io."
    }

    precondition {
      condition     = var.provisioned_concurrency % local.provisioned_step == 0
      error_message = "With ${var.function_memory_mb} MB provisioned_concurrency goes in steps of ${local.provisioned_step}."
    }

    precondition {
      condition     = local.function_config_size <= 4096
      error_message = "The configuration is longer than the 4 KB that OCI Functions takes: set configuration_in_vault to true."
    }

    precondition {
      condition     = (var.oic_domain_url == "") != (var.oic_domain_id == "")
      error_message = "Give one of oic_domain_id and oic_domain_url."
    }

    precondition {
      condition     = (var.oic_client_id == "") == (var.oic_secret_id == "")
      error_message = "oic_client_id and oic_secret_id go together: an application of your own, and the Vault secret with its client secret."
    }

    precondition {
      condition     = local.creates_oic_clients || local.oic_scope != ""
      error_message = "With a given application give oic_scope, or oic_application_id to have it read."
    }

    precondition {
      condition     = (var.introspection_client_id == "") == (var.introspection_secret_id == "")
      error_message = "introspection_client_id and introspection_secret_id go together: an application of your own, and the Vault secret with its client secret."
    }

    precondition {
      condition     = var.callers_provider != "none" || length(local.more_issuers) > 0
      error_message = "Nobody could call: with callers_provider none, give issuers."
    }

    precondition {
      condition     = length(local.more_issuers) == length(var.issuers) + length(local.issuers_from_json)
      error_message = "issuers and issuers_json have an issuer of the same name."
    }

    precondition {
      condition     = contains(["cognito", "none"], var.callers_provider) || length(var.callers_audience) > 0
      error_message = "Give callers_audience: the audience of your API in the callers' tokens."
    }

    precondition {
      condition     = var.callers_provider != "cognito" || (length(var.callers_audience) == 0 && length(var.callers_allowed_clients) > 0)
      error_message = "With Cognito, leave callers_audience empty and give callers_allowed_clients: its tokens have no aud."
    }

    precondition {
      condition     = (var.callers_provider == "entra") == (var.callers_entra_tenant != "")
      error_message = "callers_entra_tenant is needed with the provider entra, and with that one only."
    }

    precondition {
      condition     = var.callers_provider != "entra" || alltrue([for value in var.callers_audience : !startswith(value, "api://")])
      error_message = "Version 2 tokens of Entra have the client id of the API's app registration, a GUID, as their audience: give that as callers_audience, not api://…."
    }

    precondition {
      condition = (
        contains(["entra", "none"], var.callers_provider) ? var.callers_url == "" && var.callers_domain_id == ""
        : local.callers_in_identity_domain ? (var.callers_url == "") != (var.callers_domain_id == "")
        : var.callers_url != "" && var.callers_domain_id == ""
      )
      error_message = "Give callers_domain_id or callers_url for an identity domain, neither for Entra, and callers_url for every other provider."
    }

    precondition {
      condition     = !local.callers_in_identity_domain || can(regex("^https?://[^/]+$", local.callers_domain_url))
      error_message = "The URL of an identity domain has no path: https://idcs-….identity.oraclecloud.com."
    }

    precondition {
      condition     = !strcontains(var.callers_validation, "introspection") || !contains(["entra", "okta", "auth0", "cognito"], var.callers_provider)
      error_message = "Introspection is for an identity domain or Keycloak, or another provider (oidc): leave callers_validation empty, or set it to jwt."
    }

    precondition {
      condition     = !strcontains(var.callers_validation, "introspection") || local.has_introspection
      error_message = "Introspection at Keycloak or another provider needs introspection_client_id and introspection_secret_id."
    }

    precondition {
      condition     = local.callers_in_identity_domain || length(var.callers) + length(var.caller_names) + length(local.callers_from_json) == 0
      error_message = "Applications of callers are created in an identity domain only: leave callers, callers_json and caller_names empty."
    }
  }
}
