locals {
  creates_vault                = var.vault_id == ""
  creates_key                  = var.key_id == ""
  creates_oic_secret           = var.oic_secret_id == ""
  creates_introspection_secret = local.creates_introspection_clients && var.introspection_secret_id == ""

  vault_id               = local.creates_vault ? oci_kms_vault.this[0].id : var.vault_id
  key_id                 = local.creates_key ? oci_kms_key.this[0].id : var.key_id
  looks_up_vault         = !local.creates_vault && local.creates_key && var.vault_management_endpoint == ""
  oic_secret_id          = local.creates_oic_secret ? oci_vault_secret.oic[0].id : var.oic_secret_id
  secrets_compartment_id = var.secrets_compartment_id != "" ? var.secrets_compartment_id : var.compartment_ocid

  # `npm run rotate` puts the real content into the secret; it never goes through Terraform.
  placeholder = base64encode("Not set yet: run npm run rotate.")
}

data "oci_kms_vault" "given" {
  count    = local.looks_up_vault ? 1 : 0
  vault_id = var.vault_id
}

resource "oci_kms_vault" "this" {
  count          = local.creates_vault ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  vault_type     = "DEFAULT"
  freeform_tags  = var.freeform_tags
}

resource "oci_kms_key" "this" {
  count           = local.creates_key ? 1 : 0
  compartment_id  = var.compartment_ocid
  display_name    = var.name
  protection_mode = "SOFTWARE"
  freeform_tags   = var.freeform_tags
  management_endpoint = (
    local.creates_vault ? oci_kms_vault.this[0].management_endpoint
    : local.looks_up_vault ? data.oci_kms_vault.given[0].management_endpoint
    : var.vault_management_endpoint
  )

  key_shape {
    algorithm = "AES"
    length    = 32
  }

  lifecycle {
    precondition {
      condition     = !local.creates_vault || var.vault_management_endpoint == ""
      error_message = "vault_management_endpoint is that of a given vault: give vault_id too, or leave it empty."
    }
  }
}

resource "oci_vault_secret" "oic" {
  count          = local.creates_oic_secret ? 1 : 0
  compartment_id = var.compartment_ocid
  vault_id       = local.vault_id
  key_id         = local.key_id
  secret_name    = "${var.name}-oic"
  description    = "Client id and client secret for Oracle Integration"
  freeform_tags  = var.freeform_tags

  secret_content {
    content_type = "BASE64"
    content      = local.placeholder
  }

  lifecycle {
    ignore_changes = [secret_content]

    precondition {
      condition     = var.vault_id != "" || var.key_id == ""
      error_message = "key_id is a key of a given vault: give vault_id too."
    }
  }
}

resource "oci_vault_secret" "introspection" {
  count          = local.creates_introspection_secret ? 1 : 0
  compartment_id = var.compartment_ocid
  vault_id       = local.vault_id
  key_id         = local.key_id
  secret_name    = "${var.name}-introspection"
  description    = "Client id and client secret for introspection"
  freeform_tags  = var.freeform_tags

  secret_content {
    content_type = "BASE64"
    content      = local.placeholder
  }

  lifecycle {
    ignore_changes = [secret_content]
  }
}

# The configuration document names secrets but holds none.
resource "oci_vault_secret" "configuration" {
  count          = var.configuration_in_vault ? 1 : 0
  compartment_id = var.compartment_ocid
  vault_id       = local.vault_id
  key_id         = local.key_id
  secret_name    = "${var.name}-configuration"
  description    = "Configuration document of the function"
  freeform_tags  = var.freeform_tags

  secret_content {
    content_type = "BASE64"
    content      = base64encode(local.document)
  }
}
