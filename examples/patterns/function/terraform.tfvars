# Callers of an identity domain; the stack creates everything, network and vault included.

tenancy_ocid     = "ocid1.tenancy.oc1..aaaaaaaaexample"
compartment_ocid = "ocid1.compartment.oc1..aaaaaaaaexample"
region           = "eu-frankfurt-1"
image            = "eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:0000000000000000000000000000000000000000000000000000000000000000"

# Oracle Integration: the host of its endpoints, its identity domain, and the instance.
oic_host        = "design.integration.eu-frankfurt-1.ocp.oraclecloud.com"
oic_domain_url  = "https://idcs-11111111111111111111111111111111.identity.oraclecloud.com"
oic_instance_id = "ocid1.integrationinstance.oc1.eu-frankfurt-1.aaaaaaaaexample"

# The callers' identity domain, and the API that callers ask for.
callers_provider = "identity_domain"
callers_url      = "https://idcs-00000000000000000000000000000000.identity.oraclecloud.com"
callers_audience = ["https://api.example.com/"]

# One route: /oic/echo/hello leads to /ic/api/integration/v1/flows/rest/ECHO/1.0/hello.
integration      = "ECHO/1.0"
integration_path = "/echo/{resource}"
api_scopes       = ["echo:invoke"]

# An application for each caller, with all scopes of the API.
caller_names = ["partner-a"]

alarm_email = "operations@example.com"
