/**
 * The execution log of the gateway, with Oracle's log codes. Source: Oracle,
 * "Details for API Gateway" (Logging reference).
 */

export type LogCode =
  | 'authentication.idpCallFailed'
  | 'authentication.idpCallSuccess'
  | 'authorization.unauthorizedRequest'
  | 'customAuthentication.authenticationFailed'
  | 'customAuthentication.cacheMiss'
  | 'customAuthentication.failedFunctionInvocation'
  | 'customAuthentication.successfulAuthentication'
  | 'customAuthentication.successfulFunctionInvocation'
  | 'customAuthentication.unexpectedResponse'
  | 'headerTransformation.badHeaderValue'
  | 'headerTransformation.missingSetValues'
  | 'httpBackend.formedBackendUrl'
  | 'httpBackend.requestError'
  | 'httpBackend.requestSent'
  | 'httpBackend.responseReceived'
  | 'httpBackend.urlInvalid'
  | 'jwtAuthentication.authenticationFailed'
  | 'jwtAuthentication.badJsonWebKeySet'
  | 'jwtAuthentication.loadingJsonWebKeySet'
  | 'jwtAuthentication.successfulAuthentication'
  | 'request.bodyTooLarge'
  | 'request.internalServiceError'
  | 'secretsClient.fetchFailure'
  | 'secretsClient.fetchSuccess'
  | 'tokenAuthentication.authenticationFailed'
  | 'tokenAuthentication.badDiscoveryEndpointResponse'
  | 'tokenAuthentication.badIntrospectionResponse'
  | 'tokenAuthentication.badJsonWebKeySet'
  | 'tokenAuthentication.loadingDiscoveryEndpointResponse'
  | 'tokenAuthentication.loadingJsonWebKeySet'
  | 'tokenAuthentication.successfulAuthentication'

export type LogLevel = 'INFO' | 'WARN' | 'ERROR'

export interface ExecutionLogEntry {
  readonly code: LogCode
  readonly level: LogLevel
  readonly message: string
  readonly opcRequestId: string
  /** Name of the deployment, where OCI writes its OCID. Empty when no deployment was reached. */
  readonly deployment: string
}

/** Writes an entry for the request in hand. */
export type Log = (code: LogCode, level: LogLevel, message: string) => void
