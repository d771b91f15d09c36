# Callers of any other provider that has a discovery document; the stack creates everything else.

tenancy_ocid     = "ocid1.tenancy.oc1..aaaaaaaaexample"
compartment_ocid = "ocid1.compartment.oc1..aaaaaaaaexample"
region           = "eu-frankfurt-1"
image            = "eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000"

# Oracle Integration: the host of its endpoints, its identity domain, and the instance.
oic_host        = "design.integration.eu-frankfurt-1.ocp.oraclecloud.com"
oic_domain_url  = "https://idcs-11111111111111111111111111111111.identity.oraclecloud.com"
oic_instance_id = "ocid1.integrationinstance.oc1.eu-frankfurt-1.aaaaaaaaexample"

# The issuer, as its discovery document and its tokens name it, and the audience of the API.
callers_provider = "oidc"
callers_url      = "https://sso.example.com/shops"
callers_audience = ["https://api.example.com/"]

# One route: /oic/echo/hello leads to /ic/api/integration/v1/flows/rest/ECHO/1.0/hello.
integration       = "ECHO/1.0"
integration_path  = "/echo/{resource}"
integration_scope = "echo:invoke"
