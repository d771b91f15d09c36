# General

variable "tenancy_ocid" {
  type        = string
  description = "OCID of the tenancy. Resource Manager fills it in."

  validation {
    condition     = startswith(var.tenancy_ocid, "ocid1.tenancy.")
    error_message = "Give the OCID of the tenancy: it starts with ocid1.tenancy."
  }
}

variable "compartment_ocid" {
  type        = string
  description = "OCID of the compartment for everything that the stack creates."

  validation {
    condition     = can(regex("^ocid1\\.(compartment|tenancy)\\.", var.compartment_ocid))
    error_message = "Give the OCID of a compartment: it starts with ocid1.compartment."
  }
}

variable "region" {
  type        = string
  description = "Region of the gateway and the function, for example eu-frankfurt-1."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+-[0-9]+$", var.region))
    error_message = "Give the region's identifier, for example eu-frankfurt-1, not its key or display name."
  }
}

variable "home_region" {
  type        = string
  default     = ""
  description = "Home region of the tenancy, where IAM policies are written. Empty: it is looked up."

  validation {
    condition     = can(regex("^([a-z]+-[a-z]+-[0-9]+)?$", var.home_region))
    error_message = "Give the home region's identifier, for example us-ashburn-1, or leave it empty."
  }
}

variable "name" {
  type        = string
  default     = "oic-authorizer"
  description = "Prefix of the names of everything that the stack creates."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,39}$", var.name))
    error_message = "Use 2 to 40 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "freeform_tags" {
  type        = map(string)
  default     = {}
  description = "Free-form tags for everything that the stack creates and that can have tags."
}

# Network

variable "vcn_id" {
  type        = string
  default     = ""
  description = "VCN of the subnets below. It only narrows the choice in Resource Manager's form."
}

variable "gateway_subnet_id" {
  type        = string
  default     = ""
  description = "Subnet of the gateway. Empty: the stack creates a VCN."

  validation {
    condition     = can(regex("^(ocid1\\.subnet\\..+)?$", var.gateway_subnet_id))
    error_message = "Give the OCID of a subnet (ocid1.subnet.…), or leave it empty to have one created."
  }
}

variable "function_subnet_id" {
  type        = string
  default     = ""
  description = "Subnet of the function: it needs a way out to port 443. Empty: the stack creates a VCN."

  validation {
    condition     = can(regex("^(ocid1\\.subnet\\..+)?$", var.function_subnet_id))
    error_message = "Give the OCID of a subnet (ocid1.subnet.…), or leave it empty to have one created."
  }
}

variable "vcn_cidr" {
  type        = string
  default     = "10.0.0.0/24"
  description = "Address range of the VCN that the stack creates."

  validation {
    condition     = can(cidrsubnet(var.vcn_cidr, 1, 0))
    error_message = "Give an IPv4 range in CIDR notation with room for two subnets, for example 10.0.0.0/24."
  }
}

# Image and function

variable "image" {
  type        = string
  description = "Pushed image with its digest, for example eu-frankfurt-1.ocir.io/namespace/oic/oic-gateway-authorizer:0.1.0@sha256:…"

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.ocir\\.io/[^:@\\s]+:[^:@/\\s]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Give the image as <region>.ocir.io/<namespace>/<repository>:<tag>@sha256:<64 hex digits>. `oci artifacts container image list` has the digest, and the registry's page."
  }
}

variable "application_id" {
  type        = string
  default     = ""
  description = "Functions application. Empty: the stack creates one."

  validation {
    condition     = can(regex("^(ocid1\\.fnapp\\..+)?$", var.application_id))
    error_message = "Give the OCID of a Functions application (ocid1.fnapp.…), or leave it empty to have one created."
  }
}

variable "function_shape" {
  type        = string
  default     = "GENERIC_X86"
  description = "Shape of the application that the stack creates; it has to fit the image."

  validation {
    condition     = contains(["GENERIC_X86", "GENERIC_ARM"], var.function_shape)
    error_message = "Use GENERIC_X86 for an image built on x86-64, GENERIC_ARM for one built on arm64."
  }
}

variable "function_memory_mb" {
  type        = number
  default     = 256
  description = "Memory of the function in MB."

  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.function_memory_mb)
    error_message = "OCI Functions has 128, 256, 512, 1024, 2048 and 3072 MB."
  }
}

variable "function_timeout_seconds" {
  type        = number
  default     = 30
  description = "Timeout of the function in seconds."

  validation {
    condition     = var.function_timeout_seconds >= 5 && var.function_timeout_seconds <= 300
    error_message = "Use 5 to 300 seconds."
  }
}

variable "provisioned_concurrency" {
  type        = number
  default     = 0
  description = "Provisioned concurrency units, which are charged while idle. 0: none."

  validation {
    condition     = var.provisioned_concurrency >= 0 && var.provisioned_concurrency % 10 == 0
    error_message = "Use 0 or a multiple of 10: the step is 40 with 128 MB, 20 with 256 MB, and 10 from 512 MB on."
  }
}

variable "max_decision_seconds" {
  type        = number
  default     = 3600
  description = "Longest time that the gateway may cache a permit: how long a revoked token can pass."

  validation {
    condition     = var.max_decision_seconds >= 60 && var.max_decision_seconds <= 3600
    error_message = "The gateway caches results for 60 to 3600 seconds."
  }
}

variable "log_level" {
  type        = string
  default     = "info"
  description = "Log level of the function: info logs each decision, error faults only."

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "Use debug, info, warn or error."
  }
}

variable "configuration_in_vault" {
  type        = bool
  default     = false
  description = "Keep the configuration document in a Vault secret: for more than 4 KB."
}

# Vault

variable "vault_id" {
  type        = string
  default     = ""
  description = "Vault for the secrets. Empty: the stack creates a vault and a key."

  validation {
    condition     = can(regex("^(ocid1\\.vault\\..+)?$", var.vault_id))
    error_message = "Give the OCID of a vault (ocid1.vault.…), or leave it empty to have one created."
  }
}

variable "key_id" {
  type        = string
  default     = ""
  description = "Key that encrypts the secrets. Empty: the stack creates one in the vault."

  validation {
    condition     = can(regex("^(ocid1\\.key\\..+)?$", var.key_id))
    error_message = "Give the OCID of a key (ocid1.key.…), or leave it empty to have one created."
  }
}

variable "vault_management_endpoint" {
  type        = string
  default     = ""
  description = "Management endpoint of a given vault in which the stack creates a key. Empty: it is looked up."
}

variable "secrets_compartment_id" {
  type        = string
  default     = ""
  description = "Compartment of given secrets. Empty: that of the stack."
}

# Oracle Integration

variable "oic_host" {
  type        = string
  description = "Host of the integrations' endpoints, without https://."

  validation {
    condition     = can(regex("^[A-Za-z0-9.-]+\\.[a-z]+$", var.oic_host))
    error_message = "Give the host only, for example design-….integration.eu-frankfurt-1.ocp.oraclecloud.com, without https:// and path."
  }
}

variable "oic_domain_id" {
  type        = string
  default     = ""
  description = "Identity domain of Oracle Integration: its URL is looked up."

  validation {
    condition     = can(regex("^(ocid1\\.domain\\..+)?$", var.oic_domain_id))
    error_message = "Give the OCID of an identity domain (ocid1.domain.…)."
  }
}

variable "oic_domain_url" {
  type        = string
  default     = ""
  description = "URL of the identity domain of Oracle Integration, in place of oic_domain_id."

  validation {
    condition     = can(regex("^(https://[^/?#\\s]+|http://127\\.0\\.0\\.1:[0-9]+)?$", var.oic_domain_url))
    error_message = "Give the domain URL as the domain's page shows it: https://idcs-….identity.oraclecloud.com, without a path or a slash at the end."
  }
}

variable "oic_instance_id" {
  type        = string
  default     = ""
  description = "OCID of the Oracle Integration instance, by which its application is found. Not needed with oic_application_id or a given client."

  validation {
    condition     = can(regex("^(ocid1\\.integrationinstance\\..+)?$", var.oic_instance_id))
    error_message = "Give the OCID of the integration instance (ocid1.integrationinstance.…)."
  }
}

variable "oic_application_id" {
  type        = string
  default     = ""
  description = "Id of the application that the instance has in its identity domain (Oracle Cloud Services). Empty: that of the instance."
}

variable "oic_scope" {
  type        = string
  default     = ""
  description = "Scope of Oracle Integration. Empty: it is read from its application."

  validation {
    condition     = can(regex("^(https://[^/\\s]+urn:opc:resource:consumer::all)?$", var.oic_scope))
    error_message = "Give the whole scope with its host, https://….ocp.oraclecloud.com:443urn:opc:resource:consumer::all, or leave it empty to have it read from the application."
  }
}

variable "oic_role_name" {
  type        = string
  default     = "ServiceInvoker"
  description = "Role of Oracle Integration that the client is granted."
}

variable "oic_role_id" {
  type        = string
  default     = ""
  description = "Id of that role. Empty: it is looked up by its name."
}

variable "oic_client_id" {
  type        = string
  default     = ""
  description = "Client id of a given application with the role. Empty: the stack creates two, one in use and one to rotate to."
}

variable "oic_secret_id" {
  type        = string
  default     = ""
  description = "Vault secret with the given application's client secret."

  validation {
    condition     = can(regex("^(ocid1\\.vaultsecret\\..+)?$", var.oic_secret_id))
    error_message = "Give the OCID of a Vault secret (ocid1.vaultsecret.…), never the secret itself."
  }
}

variable "integration" {
  type        = string
  default     = ""
  description = "First integration: its identifier and version as in its endpoint, for example ECHO/1.0. Empty: only those of `integrations`."

  validation {
    condition     = can(regex("^([A-Za-z0-9_-]+/[0-9.]+)?$", var.integration))
    error_message = "Give identifier and version as in the endpoint of the integration, for example ECHO/1.0."
  }
}

variable "integration_path" {
  type        = string
  default     = "/echo/{resource}"
  description = "Path of the first integration's route at the gateway. What is in braces is handed on."

  validation {
    condition     = can(regex("^(/([A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]+\\}))+$", var.integration_path))
    error_message = "Start with / and use one {name} a segment. Wildcards such as {rest*} are refused: a caller could walk out of the integration."
  }
}

variable "integration_scope" {
  type        = string
  default     = ""
  description = "Scope that the first integration's route wants. Empty: any valid token will do."
}

variable "integrations" {
  type = map(object({
    path        = string
    integration = string
    resource    = string
    methods     = optional(list(string), ["GET", "POST"])
    scopes      = optional(list(string), [])
  }))
  default     = {}
  description = "Integrations behind the gateway. path: the route. integration: identifier and version. resource: the rest of the integration's endpoint, with the same names in braces. scopes: one of them is needed; empty: any valid token will do."

  validation {
    condition = alltrue([
      for route in values(var.integrations) :
      can(regex("^(/([A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]+\\}))+$", route.path))
      && can(regex("^(/([A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]+\\}))*$", route.resource))
    ])
    error_message = "Each path and resource starts with / and has one {name} a segment. Wildcards such as {rest*} are refused: a caller could walk out of the integration."
  }

  validation {
    condition     = alltrue([for route in values(var.integrations) : can(regex("^[A-Za-z0-9_-]+/[0-9.]+$", route.integration))])
    error_message = "Each integration is identifier and version as in its endpoint, for example ECHO/1.0."
  }

  validation {
    condition = alltrue(flatten([
      for route in values(var.integrations) :
      [for name in regexall("\\{[A-Za-z0-9_]+\\}", route.resource) : strcontains(route.path, name)]
    ]))
    error_message = "Each {name} of a resource has to be in the path of its route as well."
  }

  validation {
    condition = alltrue(flatten([
      for route in values(var.integrations) :
      [for method in route.methods : contains(["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], method)]
    ]))
    error_message = "Methods are HEAD, GET, POST, PUT, PATCH, DELETE and OPTIONS."
  }
}

variable "integrations_json" {
  type        = string
  default     = ""
  description = "More integrations as JSON, for Resource Manager's form: {\"orders\":{\"path\":\"/orders/{id}\",\"integration\":\"ORDERS/1.0\",\"resource\":\"/{id}\"}}. methods and scopes are optional."

  validation {
    condition = var.integrations_json == "" ? true : try(alltrue([
      for name, route in jsondecode(var.integrations_json) :
      length(setsubtract(keys(route), ["path", "integration", "resource", "methods", "scopes"])) == 0
      && can(regex("^(/([A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]+\\}))+$", route.path))
      && can(regex("^[A-Za-z0-9_-]+/[0-9.]+$", route.integration))
      && can(regex("^(/([A-Za-z0-9._~-]+|\\{[A-Za-z0-9_]+\\}))*$", route.resource))
      && alltrue([for part in regexall("\\{[A-Za-z0-9_]+\\}", route.resource) : strcontains(route.path, part)])
      && alltrue([for method in try(route.methods, []) : contains(["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], method)])
      && length([for scope in try(route.scopes, []) : regex(".", scope)]) >= 0
    ]), false)
    error_message = "Give a JSON object with a member for each integration: path (\"/orders/{id}\", no wildcards), integration (\"ORDERS/1.0\"), resource (\"/{id}\", with names that path has), and, if wanted, the lists methods (\"GET\") and scopes."
  }
}

# Callers

variable "callers_provider" {
  type        = string
  default     = "identity_domain"
  description = "Identity provider of the callers; oidc: any other with a discovery document; none: only those of `issuers`."

  validation {
    condition     = contains(["identity_domain", "entra", "okta", "auth0", "keycloak", "cognito", "oidc", "none"], var.callers_provider)
    error_message = "Use identity_domain, entra, okta, auth0, keycloak, cognito, oidc (any other with a discovery document) or none."
  }
}

variable "callers_domain_id" {
  type        = string
  default     = ""
  description = "Identity domain of the callers: its URL is looked up."

  validation {
    condition     = can(regex("^(ocid1\\.domain\\..+)?$", var.callers_domain_id))
    error_message = "Give the OCID of an identity domain (ocid1.domain.…)."
  }
}

variable "callers_url" {
  type        = string
  default     = ""
  description = "Domain URL of the identity domain, organisation URL of Okta, tenant URL of Auth0, realm URL of Keycloak, or issuer of Cognito and others."

  validation {
    condition     = can(regex("^((https://|http://127\\.0\\.0\\.1:)[^?#\\s]*[^/?#\\s])?$", var.callers_url))
    error_message = "Give an https:// address without a slash at the end."
  }
}

variable "callers_entra_tenant" {
  type        = string
  default     = ""
  description = "Directory (tenant) id of Entra, a GUID."

  validation {
    condition     = can(regex("^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$", var.callers_entra_tenant))
    error_message = "Give the directory (tenant) id, a GUID, not the domain name."
  }
}

variable "callers_audience" {
  type        = list(string)
  default     = []
  description = "Accepted aud values. With an identity domain the first one is the primary audience of the API. With Cognito: empty, its tokens have no aud."

  validation {
    condition     = !contains(var.callers_audience, "any") && !contains(var.callers_audience, "")
    error_message = "Give the audience of your API: any switches the check off, which the stack does not do."
  }
}

variable "callers_allowed_clients" {
  type        = list(string)
  default     = []
  description = "Client ids that may call. Empty: every client. Needed with Cognito."

  validation {
    condition     = !contains(var.callers_allowed_clients, "")
    error_message = "Give client ids, none of them empty."
  }
}

variable "callers_validation" {
  type        = string
  default     = ""
  description = "How tokens are validated. Empty: by introspection at an identity domain, as JWTs elsewhere."

  validation {
    condition     = contains(["", "jwt", "introspection", "jwt_and_introspection"], var.callers_validation)
    error_message = "Use jwt, introspection or jwt_and_introspection, or leave it empty."
  }
}

variable "issuers" {
  type = map(object({
    provider          = string
    url               = optional(string, "")
    tenant            = optional(string, "")
    audience          = optional(list(string), [])
    validation        = optional(string, "")
    required_scopes   = optional(list(string), [])
    allowed_clients   = optional(list(string), [])
    gateway_scope_map = optional(map(list(string)), {})
    # Put before each scope. Partners with their own identity provider need one: they can issue any scope.
    gateway_scope_prefix = optional(string, "")
    client_id            = optional(string, "")
    client_secret_ocid   = optional(string, "")
  }))
  default     = {}
  description = "Further identity providers of callers, by name."

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : contains(["identity_domain", "entra", "okta", "auth0", "keycloak", "cognito", "oidc"], issuer.provider)])
    error_message = "Each provider is identity_domain, entra, okta, auth0, keycloak, cognito or oidc."
  }

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : (issuer.provider == "entra") == (issuer.tenant != "") && (issuer.provider == "entra") == (issuer.url == "")])
    error_message = "An issuer of Entra has tenant and no url; every other one has url and no tenant."
  }

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : (issuer.provider == "cognito") == (length(issuer.audience) == 0) && !contains(issuer.audience, "any")])
    error_message = "Each issuer needs the audience of your API, except Cognito, whose tokens have none; any switches the check off, which the stack does not do."
  }

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : issuer.provider != "cognito" || length(issuer.allowed_clients) > 0])
    error_message = "With Cognito, give allowed_clients: its tokens have no aud, so that only the client tells whose they are."
  }

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : alltrue([for value in issuer.audience : issuer.provider != "entra" || !startswith(value, "api://")])])
    error_message = "Version 2 tokens of Entra have the client id of the API's app registration, a GUID, as their audience, not api://…."
  }

  validation {
    condition     = alltrue([for issuer in values(var.issuers) : (issuer.client_id == "") == (issuer.client_secret_ocid == "")])
    error_message = "client_id and client_secret_ocid go together."
  }

  validation {
    condition = alltrue([
      for issuer in values(var.issuers) : issuer.client_id != "" ||
      (issuer.provider != "identity_domain" && !strcontains(issuer.validation, "introspection"))
    ])
    error_message = "An issuer that is an identity domain or validates by introspection needs client_id and client_secret_ocid."
  }

  validation {
    condition     = alltrue([for name in keys(var.issuers) : can(regex("^[A-Za-z0-9._-]{1,64}$", name)) && name != "callers"])
    error_message = "Names have letters, digits, dots, underscores and hyphens; callers is taken by callers_provider."
  }
}

variable "issuers_json" {
  type        = string
  default     = ""
  description = "More identity providers as JSON, for Resource Manager's form: {\"employees\":{\"provider\":\"entra\",\"tenant\":\"…\",\"audience\":[\"…\"]}}. The members are those of issuers."

  validation {
    condition = var.issuers_json == "" ? true : try(alltrue([
      for name, issuer in jsondecode(var.issuers_json) :
      can(regex("^[A-Za-z0-9._-]{1,64}$", name)) && name != "callers"
      && length(setsubtract(keys(issuer), [
        "provider", "url", "tenant", "audience", "validation", "required_scopes", "allowed_clients",
        "gateway_scope_map", "gateway_scope_prefix", "client_id", "client_secret_ocid",
      ])) == 0
      && contains(["identity_domain", "entra", "okta", "auth0", "keycloak", "cognito", "oidc"], issuer.provider)
      && (issuer.provider == "entra") == (try(issuer.tenant, "") != "")
      && (issuer.provider == "entra") == (try(issuer.url, "") == "")
      && length([for value in try(issuer.audience, []) : value if regex(".", value) != "" && value != "any" && (issuer.provider != "entra" || !startswith(value, "api://"))]) == length(try(issuer.audience, []))
      && (issuer.provider == "cognito") == (length(try(issuer.audience, [])) == 0)
      && (issuer.provider != "cognito" || length(try(issuer.allowed_clients, [])) > 0)
      && (try(issuer.client_id, "") == "") == (try(issuer.client_secret_ocid, "") == "")
      && (try(issuer.client_id, "") != "" || (issuer.provider != "identity_domain" && !strcontains(try(issuer.validation, ""), "introspection")))
    ]), false)
    error_message = "Give a JSON object with a member for each issuer: provider (identity_domain, entra, okta, auth0, keycloak, cognito or oidc), tenant (Entra) or url (all others), audience (a list; not any; with Entra a GUID, not api://…; with Cognito no audience, but allowed_clients), and, if wanted, validation, required_scopes, allowed_clients, gateway_scope_map and gateway_scope_prefix. client_id and client_secret_ocid go together; an identity domain and introspection need them."
  }
}

variable "create_api_application" {
  type        = bool
  default     = true
  description = "Create the API as a resource server in the callers' identity domain. False: it is there, with callers_audience and its scopes."
}

variable "api_scopes" {
  type        = list(string)
  default     = []
  description = "Scopes of the API beyond those that the routes want."

  validation {
    condition     = alltrue([for scope in var.api_scopes : can(regex("^[A-Za-z0-9._:-]+$", scope))])
    error_message = "Give short names such as orders:invoke, without the audience."
  }
}

variable "introspection_client_id" {
  type        = string
  default     = ""
  description = "Client id of a given application with the operation Introspect. Empty: the stack creates two in an identity domain."
}

variable "introspection_secret_id" {
  type        = string
  default     = ""
  description = "Vault secret with the given application's client secret."

  validation {
    condition     = can(regex("^(ocid1\\.vaultsecret\\..+)?$", var.introspection_secret_id))
    error_message = "Give the OCID of a Vault secret (ocid1.vaultsecret.…), never the secret itself."
  }
}

variable "caller_names" {
  type        = list(string)
  default     = []
  description = "Callers for which an application with all scopes of the API is created in the identity domain."

  validation {
    condition     = alltrue([for name in var.caller_names : can(regex("^[A-Za-z0-9_-]{1,60}$", name))])
    error_message = "Names have letters, digits, underscores and hyphens."
  }
}

variable "callers" {
  type        = map(list(string))
  default     = {}
  description = "Callers for which an application is created in the identity domain, each with its scopes."

  validation {
    condition     = alltrue([for name in keys(var.callers) : can(regex("^[A-Za-z0-9_-]{1,60}$", name))])
    error_message = "Names have letters, digits, underscores and hyphens."
  }
}

variable "callers_json" {
  type        = string
  default     = ""
  description = "More callers as JSON, for Resource Manager's form: {\"partner-a\":[\"orders:invoke\"]}."

  validation {
    condition = var.callers_json == "" ? true : try(alltrue([
      for name, scopes in jsondecode(var.callers_json) :
      can(regex("^[A-Za-z0-9_-]{1,60}$", name)) && alltrue([for scope in scopes : can(regex("^[A-Za-z0-9._:-]+$", scope))])
    ]), false)
    error_message = "Give a JSON object with a member for each caller: its name and the list of its scopes, without the audience."
  }
}

# Gateway

variable "gateway_id" {
  type        = string
  default     = ""
  description = "API gateway. Empty: the stack creates one."

  validation {
    condition     = can(regex("^(ocid1\\.apigateway\\..+)?$", var.gateway_id))
    error_message = "Give the OCID of a gateway (ocid1.apigateway.…), or leave it empty to have one created."
  }
}

variable "gateway_compartment_id" {
  type        = string
  default     = ""
  description = "Compartment of the given gateway: its gateways may call the function. Empty: that of the stack."
}

variable "gateway_endpoint_type" {
  type        = string
  default     = "PUBLIC"
  description = "Whether the gateway that the stack creates has a public address."

  validation {
    condition     = contains(["PUBLIC", "PRIVATE"], var.gateway_endpoint_type)
    error_message = "Use PUBLIC or PRIVATE."
  }
}

variable "certificate_id" {
  type        = string
  default     = ""
  description = "TLS certificate for a host name of your own. Empty: the gateway's."
}

variable "path_prefix" {
  type        = string
  default     = "/oic"
  description = "Path prefix of the deployment."

  validation {
    condition     = can(regex("^/[A-Za-z0-9/._-]*$", var.path_prefix))
    error_message = "Start with /, for example /oic."
  }
}

variable "rate_limit_per_second" {
  type        = number
  default     = 0
  description = "Requests per second and client address. 0: no limit."

  validation {
    condition     = var.rate_limit_per_second >= 0
    error_message = "Give a positive number, or 0 for no limit."
  }
}

# Observability

variable "enable_function_log" {
  type        = bool
  default     = true
  description = "Create the invocation log of the application. False where a given application has it already."
}

variable "enable_gateway_logs" {
  type        = bool
  default     = true
  description = "Create access and execution logs of the deployment."
}

variable "log_group_id" {
  type        = string
  default     = ""
  description = "Log group. Empty: the stack creates one."

  validation {
    condition     = can(regex("^(ocid1\\.loggroup\\..+)?$", var.log_group_id))
    error_message = "Give the OCID of a log group (ocid1.loggroup.…), or leave it empty to have one created."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 30
  description = "How long logs are kept."

  validation {
    condition     = contains([30, 60, 90, 120, 150, 180], var.log_retention_days)
    error_message = "Use 30, 60, 90, 120, 150 or 180 days."
  }
}

variable "enable_alarms" {
  type        = bool
  default     = true
  description = "Create alarms."
}

variable "alarm_topic_id" {
  type        = string
  default     = ""
  description = "Notification topic of the alarms. Empty: the stack creates one."

  validation {
    condition     = can(regex("^(ocid1\\.onstopic\\..+)?$", var.alarm_topic_id))
    error_message = "Give the OCID of a topic (ocid1.onstopic.…), or leave it empty to have one created."
  }
}

variable "alarm_email" {
  type        = string
  default     = ""
  description = "E-mail address that is subscribed to the topic of the alarms."

  validation {
    condition     = can(regex("^([^@\\s]+@[^@\\s]+)?$", var.alarm_email))
    error_message = "Give one e-mail address, or leave it empty."
  }
}

variable "alarm_duration_ms" {
  type        = number
  default     = 3000
  description = "95th percentile of the function's duration above which an alarm fires."
}

variable "alarm_unauthorized_count" {
  type        = number
  default     = 100
  description = "Number of 401 in five minutes above which an alarm fires."
}

# Only for the form of Resource Manager: what it shows.

variable "use_given_network" {
  type        = bool
  default     = false
  description = "Show the fields for an existing network and gateway."
}

variable "use_given_resources" {
  type        = bool
  default     = false
  description = "Show the fields for an existing vault, application, log group and topic."
}

variable "use_given_applications" {
  type        = bool
  default     = false
  description = "Show the fields for existing applications of the identity domains."
}

variable "show_fine_tuning" {
  type        = bool
  default     = false
  description = "Show settings that are rarely changed."
}
