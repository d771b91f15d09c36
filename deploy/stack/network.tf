# Created only where a subnet is not given: a VCN with a subnet for the gateway and a private one for
# the function, which gets out through a NAT gateway.

locals {
  creates_gateway        = var.gateway_id == ""
  creates_gateway_subnet = local.creates_gateway && var.gateway_subnet_id == ""
  # An application that is given has its subnet.
  creates_function_subnet = var.application_id == "" && var.function_subnet_id == ""
  creates_vcn             = local.creates_gateway_subnet || local.creates_function_subnet

  gateway_subnet_id  = local.creates_gateway_subnet ? oci_core_subnet.gateway[0].id : var.gateway_subnet_id
  function_subnet_id = local.creates_function_subnet ? oci_core_subnet.function[0].id : var.function_subnet_id
}

resource "oci_core_vcn" "this" {
  count          = local.creates_vcn ? 1 : 0
  compartment_id = var.compartment_ocid
  cidr_blocks    = [var.vcn_cidr]
  display_name   = var.name
  freeform_tags  = var.freeform_tags
}

resource "oci_core_internet_gateway" "this" {
  count          = local.creates_gateway_subnet && var.gateway_endpoint_type == "PUBLIC" ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = var.name
  freeform_tags  = var.freeform_tags
}

resource "oci_core_nat_gateway" "this" {
  count          = local.creates_vcn ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = var.name
  freeform_tags  = var.freeform_tags
}

resource "oci_core_route_table" "gateway" {
  count          = local.creates_gateway_subnet ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-gateway"
  freeform_tags  = var.freeform_tags

  route_rules {
    destination       = "0.0.0.0/0"
    destination_type  = "CIDR_BLOCK"
    network_entity_id = var.gateway_endpoint_type == "PUBLIC" ? oci_core_internet_gateway.this[0].id : oci_core_nat_gateway.this[0].id
  }
}

resource "oci_core_route_table" "function" {
  count          = local.creates_function_subnet ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-function"
  freeform_tags  = var.freeform_tags

  route_rules {
    destination       = "0.0.0.0/0"
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_nat_gateway.this[0].id
  }
}

resource "oci_core_security_list" "gateway" {
  count          = local.creates_gateway_subnet ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-gateway"
  freeform_tags  = var.freeform_tags

  ingress_security_rules {
    description = "Callers"
    protocol    = "6"
    source      = var.gateway_endpoint_type == "PUBLIC" ? "0.0.0.0/0" : var.vcn_cidr
    source_type = "CIDR_BLOCK"

    tcp_options {
      min = 443
      max = 443
    }
  }

  egress_security_rules {
    description      = "Oracle Integration and OCI Functions"
    protocol         = "6"
    destination      = "0.0.0.0/0"
    destination_type = "CIDR_BLOCK"

    tcp_options {
      min = 443
      max = 443
    }
  }
}

resource "oci_core_security_list" "function" {
  count          = local.creates_function_subnet ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-function"
  freeform_tags  = var.freeform_tags

  egress_security_rules {
    description      = "Identity providers, Vault and the image's registry"
    protocol         = "6"
    destination      = "0.0.0.0/0"
    destination_type = "CIDR_BLOCK"

    tcp_options {
      min = 443
      max = 443
    }
  }
}

resource "oci_core_subnet" "gateway" {
  count                      = local.creates_gateway_subnet ? 1 : 0
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.this[0].id
  cidr_block                 = cidrsubnet(var.vcn_cidr, 1, 0)
  display_name               = "${var.name}-gateway"
  prohibit_public_ip_on_vnic = var.gateway_endpoint_type == "PRIVATE"
  route_table_id             = oci_core_route_table.gateway[0].id
  security_list_ids          = [oci_core_security_list.gateway[0].id]
  freeform_tags              = var.freeform_tags
}

resource "oci_core_subnet" "function" {
  count                      = local.creates_function_subnet ? 1 : 0
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.this[0].id
  cidr_block                 = cidrsubnet(var.vcn_cidr, 1, 1)
  display_name               = "${var.name}-function"
  prohibit_public_ip_on_vnic = true
  route_table_id             = oci_core_route_table.function[0].id
  security_list_ids          = [oci_core_security_list.function[0].id]
  freeform_tags              = var.freeform_tags
}
