output "next_step" {
  description = "What to do after the first apply."
  value = local.creates_oic_secret || local.creates_introspection_secret ? join(" ", [
    "The new Vault secrets have placeholders, and each call is answered with 502 until they are filled once.",
    "In the folder of the project run:",
    "terraform -chdir=deploy/stack output -json credentials > credentials.json && npm run -s rotate -- credentials.json",
  ]) : "Nothing: the secrets that you gave are in use."
}

output "endpoint" {
  description = "Address of the API: routes follow it."
  value       = oci_apigateway_deployment.this.endpoint
}

output "first_route" {
  description = "Address of the first route."
  value       = "${oci_apigateway_deployment.this.endpoint}${try(local.routes[0].path, "")}"
}

output "function_id" {
  description = "OCID of the function."
  value       = oci_functions_function.this.id
}

output "deployment_id" {
  description = "OCID of the deployment."
  value       = oci_apigateway_deployment.this.id
}

output "callers" {
  description = "Client ids of the callers' applications; their secrets are on the applications' pages."
  value       = { for name, application in oci_identity_domains_app.caller : name => application.name }
}

output "caller_scopes" {
  description = "Scopes that callers ask for."
  value       = local.callers_in_identity_domain ? [for scope in local.api_scopes : "${local.api_audience}${scope}"] : []
}

# What `npm run rotate` reads. No secret is in it.
output "credentials" {
  description = "Applications and Vault secrets for npm run rotate."
  value = {
    oic = local.creates_oic_clients ? {
      domain_url = local.oic_domain_url
      secret_id  = local.oic_secret_id
      scope      = local.oic_scope
      clients = {
        for key, application in oci_identity_domains_app.oic : key => { app_id = application.id, client_id = application.name }
      }
    } : null
    introspection = local.creates_introspection_secret ? {
      domain_url = local.callers_domain_url
      secret_id  = local.introspection_secret_id
      scope      = null
      clients = {
        for key, application in oci_identity_domains_app.introspection : key => { app_id = application.id, client_id = application.name }
      }
    } : null
  }
}

output "region" {
  description = "Region of Vault, for npm run rotate."
  value       = var.region
}
