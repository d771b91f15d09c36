/** The environment of a function, and its limits on OCI. */

/** Functions, "Changing Default Memory and Timeout Settings". */
const memorySizesMegabytes: readonly number[] = [128, 256, 512, 1024, 2048, 3072]
/** The same page: the maximum for a synchronous call. */
const longestTimeoutSeconds = 300
/** Functions, "Passing Custom Configuration Parameters": all keys and values, in UTF-8 octets. */
const configurationLimitBytes = 4096
const configurationKey = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Throws an `Error` with the reason if OCI would reject these limits. */
export function checkLimits(memoryMegabytes: number, timeoutSeconds: number): void {
  if (!memorySizesMegabytes.includes(memoryMegabytes)) {
    throw new Error(`memory must be one of ${memorySizesMegabytes.join(', ')} MB`)
  }
  if (!(timeoutSeconds > 0 && timeoutSeconds <= longestTimeoutSeconds)) {
    throw new Error(`the timeout must be above 0 and at most ${longestTimeoutSeconds} s`)
  }
}

/** Throws an `Error` with the reason, but no value, if OCI would reject this configuration. */
export function checkConfiguration(config: Readonly<Record<string, string>>): void {
  let sizeBytes = 0
  for (const [key, value] of Object.entries(config)) {
    if (!configurationKey.test(key)) throw new Error(`${key} is not a configuration key`)
    if (/\p{Cc}/u.test(value)) throw new Error(`the value of ${key} is not printable`)
    sizeBytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (sizeBytes > configurationLimitBytes) {
    throw new Error(`the configuration has ${sizeBytes} bytes of ${configurationLimitBytes}`)
  }
}

export interface EnvironmentOptions {
  functionId: string
  memoryMegabytes: number
  config: Readonly<Record<string, string>>
  platformEnvironment: Readonly<Record<string, string>>
  /** Path of the socket that the function opens. */
  listener: string
  /** Name of the container in its log frames. */
  logFrame: string
  /** An empty folder, because containers have no `~/.oci`. */
  home: string
}

/**
 * The complete environment of the process. Functions, "Default Environment Variables", and `FN_FORMAT`, which
 * Fn sets and the FDK requires. The platform's variables override configured ones.
 */
export function functionEnvironment(options: EnvironmentOptions): Record<string, string> {
  return {
    ...options.config,
    OCI_TRACING_ENABLED: '0',
    OCI_TRACE_COLLECTOR_URL: '',
    ...options.platformEnvironment,
    HOME: options.home,
    FN_FORMAT: 'http-stream',
    FN_LISTENER: `unix:${options.listener}`,
    FN_TYPE: 'sync',
    // Not documented, and in the environments that functions on OCI have printed.
    FN_LOGFRAME_NAME: options.logFrame,
    FN_LOGFRAME_HDR: 'Opc-Request-Id',
    FN_MEMORY: String(options.memoryMegabytes),
    FN_FN_ID: options.functionId,
    FN_FN_NAME: 'authorizer',
    FN_APP_ID: 'ocid1.fnapp.oc1.phx.local',
    FN_APP_NAME: 'local',
  }
}
