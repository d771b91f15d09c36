# Several integrations and several identity providers behind one function.

tenancy_ocid     = "ocid1.tenancy.oc1..aaaaaaaaexample"
compartment_ocid = "ocid1.compartment.oc1..aaaaaaaaexample"
region           = "eu-frankfurt-1"
image            = "eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000"

oic_host           = "design.integration.eu-frankfurt-1.ocp.oraclecloud.com"
oic_domain_url     = "https://idcs-11111111111111111111111111111111.identity.oraclecloud.com"
oic_application_id = "0123456789abcdef0123456789abcdef"

integrations = {
  echo = {
    path        = "/echo/{resource}"
    integration = "ECHO/1.0"
    resource    = "/{resource}"
  }
  orders = {
    path        = "/orders/{resource}"
    integration = "NEW_ORDERS/1.0"
    resource    = "/{resource}"
    scopes      = ["orders:invoke", "suppliers/orders:invoke"]
  }
  order-items = {
    path        = "/customers/{customer}/orders/{order}"
    integration = "ORDERS/2.1"
    resource    = "/customers/{customer}/{order}"
    methods     = ["GET", "PUT", "DELETE"]
    scopes      = ["orders:invoke", "orders:admin"]
  }
}

# Partners of an identity domain, each with the scopes that it needs.
callers_provider = "identity_domain"
callers_url      = "https://idcs-00000000000000000000000000000000.identity.oraclecloud.com"
callers_audience = ["https://api.example.com/"]
api_scopes       = ["echo:invoke"]
callers = {
  partner-a = ["echo:invoke"]
  partner-b = ["echo:invoke", "orders:invoke"]
}

# Employees of Entra, shops of Keycloak, suppliers of Okta, and carriers of Auth0. The audience of Entra's
# version 2 tokens is the client id of the API's app registration, a GUID.
issuers = {
  employees = {
    provider          = "entra"
    tenant            = "00000000-0000-0000-0000-000000000000"
    audience          = ["11111111-1111-1111-1111-111111111111"]
    gateway_scope_map = { "Orders.Invoke" = ["orders:invoke"] }
  }
  shops = {
    provider        = "keycloak"
    url             = "https://sso.example.com/realms/shops"
    audience        = ["https://api.example.com/"]
    required_scopes = ["orders:invoke"]
  }
  # Suppliers and carriers run their providers themselves and could issue any scope: the prefix keeps them apart.
  suppliers = {
    provider             = "okta"
    url                  = "https://example.okta.com"
    audience             = ["api://orders"]
    gateway_scope_prefix = "suppliers/"
  }
  carriers = {
    provider             = "auth0"
    url                  = "https://example.eu.auth0.com"
    audience             = ["https://api.example.com/"]
    gateway_scope_prefix = "carriers/"
  }
}

function_memory_mb      = 512
provisioned_concurrency = 10
rate_limit_per_second   = 50
max_decision_seconds    = 300
