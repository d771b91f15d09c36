# Callers of Microsoft Entra, in a network, a vault and a gateway that are there already.

tenancy_ocid     = "ocid1.tenancy.oc1..aaaaaaaaexample"
compartment_ocid = "ocid1.compartment.oc1..aaaaaaaaexample"
region           = "eu-frankfurt-1"
home_region      = "us-ashburn-1"
image            = "eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000"

# Given, not created.
function_subnet_id     = "ocid1.subnet.oc1.eu-frankfurt-1.aaaaaaaafunction"
gateway_id             = "ocid1.apigateway.oc1.eu-frankfurt-1.aaaaaaaaexample"
gateway_compartment_id = "ocid1.compartment.oc1..aaaaaaaagateway"
vault_id               = "ocid1.vault.oc1.eu-frankfurt-1.example.aaaaaaaaexample"
key_id                 = "ocid1.key.oc1.eu-frankfurt-1.example.aaaaaaaaexample"

# An application of your own in the identity domain of Oracle Integration. The secret holds its client
# secret, or {"client_id":"…","client_secret":"…"}.
oic_host       = "design.integration.eu-frankfurt-1.ocp.oraclecloud.com"
oic_domain_url = "https://idcs-11111111111111111111111111111111.identity.oraclecloud.com"
oic_client_id  = "0123456789abcdef0123456789abcdef"
oic_secret_id  = "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaaaaaaexample"
oic_scope      = "https://example.integration.eu-frankfurt-1.ocp.oraclecloud.com:443urn:opc:resource:consumer::all"

# The client id of the API's app registration is the audience (version 2 tokens).
callers_provider     = "entra"
callers_entra_tenant = "00000000-0000-0000-0000-000000000000"
callers_audience     = ["11111111-1111-1111-1111-111111111111"]

# The route wants the app role Orders.Invoke.
integration       = "ORDERS/1.0"
integration_path  = "/orders/{resource}"
integration_scope = "Orders.Invoke"
