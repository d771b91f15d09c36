/**
 * Owns the log: one JSON object a line on standard output, and nothing in it but what is given.
 * I/O: writes standard output.
 */
import type { Clock } from './clock.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What may stand in a log line. Objects of other kinds are kept out by the type. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | LogRecord
export interface LogRecord {
  readonly [name: string]: LogValue
}

export type Log = (level: LogLevel, event: string, record: LogRecord) => void

/** Values from outside are cut to this many characters, so that a line stays a line. */
const LONGEST_VALUE_CHARACTERS = 512

/** Writes what is at least as grave as `least`. */
export function createLog(
  least: LogLevel,
  clock: Clock,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Log {
  const threshold = LOG_LEVELS.indexOf(least)
  return (level, event, record) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return
    const time = new Date(clock.now() * 1000).toISOString()
    write(`${JSON.stringify({ time, level, event, ...record }, shorten)}\n`)
  }
}

function shorten(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > LONGEST_VALUE_CHARACTERS
    ? `${value.slice(0, LONGEST_VALUE_CHARACTERS)}…`
    : value
}

/** Goes on when who read the log is gone: to log that would fail as well, and so on for ever. */
export function outliveReaders(): void {
  process.stdout.on('error', () => undefined)
}

/**
 * Drops what is written to standard error: nothing of ours, but requests with their secrets where
 * the environment has Node or a library print them. A dying Node writes past this.
 */
export function dropStandardError(): void {
  process.stderr.write = () => true
}

/** What libraries say once more of a failure that the decision's line has told already. */
const TOLD_ALREADY = /^(Error in function|Error 502|Request |All retry attempts)/

/** Brings what libraries write with `console.warn` into the log, so that every line is JSON. */
export function adoptConsoleWarnings(log: Log): void {
  console.warn = (...words: readonly unknown[]) => {
    const text = words.filter((word) => typeof word === 'string').join(' ')
    log(TOLD_ALREADY.test(text) ? 'debug' : 'warn', 'library_warning', { text })
  }
}
