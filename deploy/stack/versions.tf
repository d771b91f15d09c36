terraform {
  required_version = ">= 1.5.0"

  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 6.0.0"
    }
  }
}

provider "oci" {
  region = var.region
}

# IAM policies can be written in the home region only.
provider "oci" {
  alias  = "home"
  region = local.home_region
}

data "oci_identity_region_subscriptions" "this" {
  count      = var.home_region == "" ? 1 : 0
  tenancy_id = var.tenancy_ocid
}

locals {
  home_region = var.home_region != "" ? var.home_region : one([
    for subscription in data.oci_identity_region_subscriptions.this[0].region_subscriptions :
    subscription.region_name if subscription.is_home_region
  ])
}
