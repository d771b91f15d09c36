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
  /** The deployment's name, instead of its OCID as on OCI. Empty if no deployment was found. */
  readonly deployment: string
}

/** Writes an entry for the current request. */
export type Log = (code: LogCode, level: LogLevel, message: string) => void
