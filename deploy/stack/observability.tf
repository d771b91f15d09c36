locals {
  creates_log_group = var.log_group_id == "" && (var.enable_function_log || var.enable_gateway_logs)
  log_group_id      = local.creates_log_group ? oci_logging_log_group.this[0].id : var.log_group_id
  creates_topic     = var.enable_alarms && var.alarm_topic_id == ""
  alarm_topic_id    = local.creates_topic ? oci_ons_notification_topic.this[0].id : var.alarm_topic_id

  gateway_logs = var.enable_gateway_logs ? toset(["access", "execution"]) : toset([])

  function_dimension   = "resourceId = \"${oci_functions_function.this.id}\""
  deployment_dimension = "deploymentId = \"${oci_apigateway_deployment.this.id}\""

  alarms = {
    function-errors = {
      namespace = "oci_faas"
      query     = "FunctionResponseCount[5m]{${local.function_dimension}, responseType = \"Error\"}.sum() > 0"
      severity  = "CRITICAL"
      body      = "The function fails. Its log names the reason of each fault; docs/operations.md says what to do."
    }
    function-throttled = {
      namespace = "oci_faas"
      query     = "FunctionResponseCount[5m]{${local.function_dimension}, responseType = \"Throttled\"}.sum() > 0"
      severity  = "CRITICAL"
      body      = "Calls of the function are throttled: the concurrency limit of the region is reached."
    }
    function-duration = {
      namespace = "oci_faas"
      query     = "FunctionExecutionDuration[5m]{${local.function_dimension}}.percentile(0.95) > ${var.alarm_duration_ms}"
      severity  = "WARNING"
      body      = "The function is slow: look at duration_ms in its log, and at the identity providers."
    }
    gateway-5xx = {
      namespace = "oci_apigateway"
      query     = "HttpResponses[5m]{${local.deployment_dimension}, httpStatusCategory = \"5xx\"}.sum() > 0"
      severity  = "CRITICAL"
      body      = "Callers get 5xx. 502: no decision or no token. 500: the gateway may not call the function. Others come from Oracle Integration."
    }
    unauthorized-surge = {
      namespace = "oci_apigateway"
      query     = "HttpResponses[5m]{${local.deployment_dimension}, httpStatusCode = \"401\"}.sum() > ${var.alarm_unauthorized_count}"
      severity  = "WARNING"
      body      = "Many requests are denied: an attack, or a caller or key that has changed. The function's log has the reasons."
    }
  }

  saved_searches = var.enable_function_log ? {
    faults  = "*\"outcome\":\"fault\"*"
    denials = "*\"outcome\":\"deny\"*"
    config  = "*\"event\":\"config_*"
  } : {}
}

resource "oci_logging_log_group" "this" {
  count          = local.creates_log_group ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  freeform_tags  = var.freeform_tags
}

resource "oci_logging_log" "function" {
  count              = var.enable_function_log ? 1 : 0
  display_name       = "${var.name}-function"
  log_group_id       = local.log_group_id
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = var.log_retention_days
  freeform_tags      = var.freeform_tags

  configuration {
    compartment_id = var.compartment_ocid

    source {
      source_type = "OCISERVICE"
      service     = "functions"
      category    = "invoke"
      resource    = local.application_id
    }
  }
}

resource "oci_logging_log" "gateway" {
  for_each           = local.gateway_logs
  display_name       = "${var.name}-gateway-${each.key}"
  log_group_id       = local.log_group_id
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = var.log_retention_days
  freeform_tags      = var.freeform_tags

  configuration {
    compartment_id = var.compartment_ocid

    source {
      source_type = "OCISERVICE"
      service     = "apigateway"
      category    = each.key
      resource    = oci_apigateway_deployment.this.id
    }
  }
}

resource "oci_logging_log_saved_search" "this" {
  for_each       = local.saved_searches
  compartment_id = var.compartment_ocid
  name           = "${var.name}-${each.key}"
  query          = "search \"${var.compartment_ocid}/${local.log_group_id}/${oci_logging_log.function[0].id}\" | where data.message = '${each.value}' | sort by datetime desc"
  freeform_tags  = var.freeform_tags
}

resource "oci_ons_notification_topic" "this" {
  count          = local.creates_topic ? 1 : 0
  compartment_id = var.compartment_ocid
  name           = var.name
  description    = "Alarms of ${var.name}"
  freeform_tags  = var.freeform_tags
}

resource "oci_ons_subscription" "email" {
  count          = var.enable_alarms && var.alarm_email != "" ? 1 : 0
  compartment_id = var.compartment_ocid
  topic_id       = local.alarm_topic_id
  protocol       = "EMAIL"
  endpoint       = var.alarm_email
  freeform_tags  = var.freeform_tags
}

resource "oci_monitoring_alarm" "this" {
  for_each              = { for name, alarm in local.alarms : name => alarm if var.enable_alarms }
  compartment_id        = var.compartment_ocid
  metric_compartment_id = var.compartment_ocid
  display_name          = "${var.name}-${each.key}"
  namespace             = each.value.namespace
  query                 = each.value.query
  severity              = each.value.severity
  body                  = each.value.body
  destinations          = [local.alarm_topic_id]
  is_enabled            = true
  pending_duration      = "PT5M"
  freeform_tags         = var.freeform_tags
}
