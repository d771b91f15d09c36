/** One line of the doctor's report. */
export interface Check {
  readonly name: CheckName
  /** An issuer, a backend, a host; undefined if there is only one. */
  readonly subject: string | undefined
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  /** The finding, or why the check was skipped. */
  readonly detail: string
  /** The command or click that fixes it. */
  readonly remedy: string | undefined
}

/** In their order: an earlier failure can cause a later one. */
export type CheckName =
  | 'OCI'
  | 'configuration'
  | 'secret'
  | 'endpoint'
  | 'clock'
  | 'keys'
  | 'introspection'
  | 'backend token'
  | 'backend'
  | 'deployment'
  | 'caller’s token'
  | 'route'

type About = readonly [name: CheckName, subject?: string]

export function ok([name, subject]: About, detail: string): Check {
  return { name, subject, status: 'ok', detail, remedy: undefined }
}

export function warn([name, subject]: About, detail: string, remedy: string): Check {
  return { name, subject, status: 'warn', detail, remedy }
}

export function fail([name, subject]: About, detail: string, remedy: string): Check {
  return { name, subject, status: 'fail', detail, remedy }
}

export function skip([name, subject]: About, reason: string): Check {
  return { name, subject, status: 'skip', detail: reason, remedy: undefined }
}
