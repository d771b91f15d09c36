/**
 * Limits of the service for deployments and requests. Source: Oracle, "API
 * Gateway Internal Limits".
 */

/** Of a request: method, URI and all headers. */
export const headerLimitBytes = 8 * 1024

export const requestBodyLimitBytes = 20 * 1024 * 1024

export const specificationLimitBytes = 2 * 1024 * 1024

export const deploymentLimit = 20

export const routeLimit = 50

export const pathPrefixLimitCharacters = 255

/** Of a multi-argument authorizer function, and of its cache key. */
export const argumentLimit = 10

export const stockBodyLimitBytes = 4096

/** Of all stock headers as JSON, and of one value. */
export const stockHeadersLimitBytes = 4096

export const stockHeaderNameLimitBytes = 1024

export const stockHeaderLimit = 50

export const setHeaderLimit = 20

export const setHeaderValueLimit = 10

export const renameHeaderLimit = 20

export const filterHeaderLimit = 50

/** Of a static key set and of a JWK Set alike. */
export const publicKeyLimit = 10

/** Of a token policy; and as many audiences. */
export const issuerLimit = 5

export const verifyClaimLimit = 10

export const clockSkewLimitSeconds = 120

/** How long a JWK Set or an introspection answer is kept: from one hour, the default, to a day. */
export const cacheLimitHours = 24
