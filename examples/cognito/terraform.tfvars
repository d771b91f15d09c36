# Callers of Amazon Cognito; the stack creates everything else.

tenancy_ocid     = "ocid1.tenancy.oc1..aaaaaaaaexample"
compartment_ocid = "ocid1.compartment.oc1..aaaaaaaaexample"
region           = "eu-frankfurt-1"
image            = "eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000"

# Oracle Integration: the host of its endpoints, its identity domain, and the instance.
oic_host        = "design.integration.eu-frankfurt-1.ocp.oraclecloud.com"
oic_domain_url  = "https://idcs-11111111111111111111111111111111.identity.oraclecloud.com"
oic_instance_id = "ocid1.integrationinstance.oc1.eu-frankfurt-1.aaaaaaaaexample"

# The issuer of the user pool, and the app clients that may call: access tokens have no aud.
callers_provider        = "cognito"
callers_url             = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_aB3dE5fG7"
callers_allowed_clients = ["3n4b5urk1ft4fl3mg5e62d9ado"]

# One route: /oic/echo/hello leads to /ic/api/integration/v1/flows/rest/ECHO/1.0/hello.
integration       = "ECHO/1.0"
integration_path  = "/echo/{resource}"
integration_scope = "https://api.example.com/echo.invoke"
