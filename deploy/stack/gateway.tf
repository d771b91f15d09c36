# The same specification as deploy/api-deployment.json, with one route for each integration.

locals {
  gateway_id             = local.creates_gateway ? oci_apigateway_gateway.this[0].id : var.gateway_id
  gateway_compartment_id = var.gateway_compartment_id != "" ? var.gateway_compartment_id : var.compartment_ocid

  first_integration = var.integration == "" ? {} : {
    first = {
      path        = var.integration_path
      integration = var.integration
      resource    = join("", regexall("/\\{[A-Za-z0-9_]+\\}", var.integration_path))
      methods     = tolist(["GET", "POST"])
      scopes      = var.integration_scope == "" ? tolist([]) : tolist([var.integration_scope])
    }
  }
  integrations_from_json = {
    for name, route in try(jsondecode(var.integrations_json), {}) : name => {
      path        = route.path
      integration = route.integration
      resource    = route.resource
      methods     = tolist(try(route.methods, ["GET", "POST"]))
      scopes      = tolist(try(route.scopes, []))
    }
  }
  integrations = merge(local.first_integration, var.integrations, local.integrations_from_json)

  dollar = "$"

  # {name} of the route becomes ${request.path[name]} of the address.
  routes = [
    for name in sort(keys(local.integrations)) : {
      path    = local.integrations[name].path
      methods = local.integrations[name].methods
      scopes  = local.integrations[name].scopes
      url = join("", [
        "https://${var.oic_host}/ic/api/integration/v1/flows/rest/${local.integrations[name].integration}",
        replace(replace(local.integrations[name].resource, "{", "${local.dollar}{request.path["), "}", "]}"),
      ])
    }
  ]
}

resource "oci_apigateway_gateway" "this" {
  count          = local.creates_gateway ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  endpoint_type  = var.gateway_endpoint_type
  subnet_id      = local.gateway_subnet_id
  certificate_id = var.certificate_id != "" ? var.certificate_id : null
  freeform_tags  = var.freeform_tags

  lifecycle {
    precondition {
      condition     = var.gateway_compartment_id == ""
      error_message = "gateway_compartment_id is that of a given gateway: give gateway_id too, or leave it empty."
    }
  }
}

resource "oci_apigateway_deployment" "this" {
  compartment_id = var.compartment_ocid
  gateway_id     = local.gateway_id
  display_name   = var.name
  path_prefix    = var.path_prefix
  freeform_tags  = var.freeform_tags

  specification {
    logging_policies {
      execution_log {
        log_level = "INFO"
      }
    }

    request_policies {
      # A request without a token reaches the function, which denies it. Each route below is closed.
      authentication {
        type                        = "CUSTOM_AUTHENTICATION"
        function_id                 = oci_functions_function.this.id
        is_anonymous_access_allowed = true
        parameters = {
          token          = "request.headers[Authorization]"
          opc_request_id = "request.headers[opc-request-id]"
        }
        # Without it each request id would make a cache entry of its own.
        cache_key = ["token"]

        validation_failure_policy {
          type             = "MODIFY_RESPONSE"
          response_code    = "request.auth[responseCode]"
          response_message = "{\"message\":\"The access token is missing or invalid, or its scope is insufficient.\"}"

          response_header_transformations {
            set_headers {
              items {
                name      = "WWW-Authenticate"
                values    = ["Bearer realm=\"oic-gateway-authorizer\""]
                if_exists = "SKIP"
              }

              items {
                name      = "Content-Type"
                values    = ["application/json"]
                if_exists = "OVERWRITE"
              }

              items {
                name      = "Cache-Control"
                values    = ["no-store"]
                if_exists = "OVERWRITE"
              }
            }
          }
        }
      }

      dynamic "rate_limiting" {
        for_each = var.rate_limit_per_second > 0 ? [var.rate_limit_per_second] : []

        content {
          rate_in_requests_per_second = rate_limiting.value
          rate_key                    = "CLIENT_IP"
        }
      }
    }

    routes {
      path    = "/health"
      methods = ["GET"]

      request_policies {
        authorization {
          type = "ANONYMOUS"
        }
      }

      backend {
        type   = "STOCK_RESPONSE_BACKEND"
        status = 200
        body   = "{\"status\":\"UP\"}"

        headers {
          name  = "Content-Type"
          value = "application/json"
        }
      }
    }

    dynamic "routes" {
      for_each = local.routes

      content {
        path    = routes.value.path
        methods = routes.value.methods

        request_policies {
          authorization {
            type          = length(routes.value.scopes) > 0 ? "ANY_OF" : "AUTHENTICATION_ONLY"
            allowed_scope = length(routes.value.scopes) > 0 ? routes.value.scopes : null
          }

          # OVERWRITE: anything else would pass the caller's own token on.
          header_transformations {
            set_headers {
              items {
                name      = "Authorization"
                values    = ["$${request.auth[back_end_token]}"]
                if_exists = "OVERWRITE"
              }
            }
          }
        }

        backend {
          type                       = "HTTP_BACKEND"
          url                        = routes.value.url
          connect_timeout_in_seconds = 10
          read_timeout_in_seconds    = 300
          send_timeout_in_seconds    = 60
          is_ssl_verify_disabled     = false
        }
      }
    }
  }

  # The gateway may call the function before anybody calls the gateway.
  depends_on = [oci_identity_policy.this]

  lifecycle {
    precondition {
      condition     = length(local.routes) > 0 && length(local.routes) < 50
      error_message = "Give integration or integrations: a deployment takes 1 to 49 besides /health."
    }

    precondition {
      condition     = length(distinct(local.routes[*].path)) == length(local.routes)
      error_message = "Two integrations have the same path."
    }

    precondition {
      condition     = length(local.integrations) == length(local.first_integration) + length(var.integrations) + length(local.integrations_from_json)
      error_message = "Two integrations have the same name. That of the variable integration is first."
    }
  }
}
