/** The log: one JSON object per line on standard output. */
import type { Clock } from './clock.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** JSON values only: the type keeps out errors, responses and secrets. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | LogRecord
export interface LogRecord {
  readonly [name: string]: LogValue
}

export type Log = (level: LogLevel, event: string, record: LogRecord) => void

/** Longer strings are truncated, because they may come from outside. */
const MAX_VALUE_CHARACTERS = 512

/** Writes events of `minLevel` and above. */
export function createLog(minLevel: LogLevel, clock: Clock, write: (line: string) => void): Log {
  const threshold = LOG_LEVELS.indexOf(minLevel)
  return (level, event, record) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return
    const time = new Date(clock.now() * 1000).toISOString()
    write(`${JSON.stringify({ time, level, event, ...record }, shorten)}\n`)
  }
}

function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_VALUE_CHARACTERS
    ? `${value.slice(0, MAX_VALUE_CHARACTERS)}…`
    : value
}

export interface Output {
  readonly write: (line: string) => void
  /** Writes the lines so far, and from now on each line at once. */
  readonly release: () => void
}

/** Standard output. `isHeld`: lines are kept until `release`. */
export function createOutput(
  isHeld: boolean,
  print: (line: string) => void = (line) => void process.stdout.write(line),
): Output {
  let held: string[] | undefined = isHeld ? [] : undefined
  return {
    write: (line) => {
      if (held === undefined) print(line)
      else held.push(line)
    },
    release: () => {
      const lines = held ?? []
      held = undefined
      for (const line of lines) print(line)
    },
  }
}

/** Ignores write errors: logging them would fail in the same way. */
export function ignoreWriteErrors(): void {
  process.stdout.on('error', () => undefined)
}

/**
 * Discards standard error. The authorizer writes nothing there, but Node and libraries print requests
 * with their secrets when the environment enables debugging. A crash report of Node is still written.
 */
export function dropStandardError(): void {
  process.stderr.write = () => true
}

/** Library messages about failures that the decision line already reports. */
const ALREADY_REPORTED = /^(Error in function|Error 502|Request |All retry attempts)/

/** Logs what libraries write with `console.warn`, so that every line is JSON. */
export function logConsoleWarnings(log: Log): void {
  console.warn = (...words: readonly unknown[]) => {
    const text = words.filter((word) => typeof word === 'string').join(' ')
    log(ALREADY_REPORTED.test(text) ? 'debug' : 'warn', 'library_warning', { text })
  }
}
