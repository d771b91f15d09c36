/** The errors of the service (Oracle, Functions, "Troubleshooting: Issues invoking functions"). */

export interface ServiceAnswer {
  status: number
  code: string
  message: string
}

const checkTheLogs = 'please ensure you are using the latest fdk and check the logs'

export const serviceAnswers = {
  /** The body of the call is over 6 MB. */
  requestTooLarge: answer(413, 'FunctionInvokeRequestContentTooLarge', 'Request content too large'),
  /** The function answered 502: it failed, and its container may be reused. */
  functionFailed: answer(502, 'FunctionInvokeExecutionFailed', 'function failed'),
  /** The connection broke during the call, usually because the process ended. */
  connectionBroken: answer(
    502,
    'FunctionInvokeExecutionError',
    'error receiving function response',
  ),
  /** The function answered with a status that the container contract does not define. */
  invalidStatus: answer(502, 'FunctionInvokeInvalidResponse', 'invalid function response'),
  /** The process ended before it opened its socket. */
  startFailed: answer(
    502,
    'FunctionInvokeContainerInitFail',
    `Container failed to initialize, ${checkTheLogs}`,
  ),
  /** No instance became free before the call's deadline. */
  tooBusy: answer(503, 'FunctionInvokeServiceUnavailable', 'Timed out - server too busy'),
  /** The process did not open its socket in time. */
  startTimedOut: answer(
    504,
    'FunctionInvokeContainerInitTimeout',
    `Container initialization timed out, ${checkTheLogs}`,
  ),
  /** The call took longer than the function's timeout. */
  timedOut: answer(504, 'FunctionInvokeTimeout', 'Timed out'),
} as const

function answer(status: number, code: string, message: string): ServiceAnswer {
  return { status, code, message }
}
