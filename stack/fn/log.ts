/** Collects the output of function instances. */
import type { Readable } from 'node:stream'
import { isRecord, parseJson } from '../json.ts'

export interface LogLine {
  /** The instance's number, counted from 1 per function. */
  instance: number
  stream: 'stdout' | 'stderr'
  line: string
}

/** Appends each line of `source` to `log`. Only LF ends a line, because JSON may contain U+2028. */
export function collectLines(
  source: Readable,
  log: LogLine[],
  origin: Omit<LogLine, 'line'>,
): void {
  let unfinished = ''
  source.setEncoding('utf8')
  source.on('data', (text: string) => {
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) log.push({ ...origin, line })
  })
  source.on('end', () => {
    if (unfinished !== '') log.push({ ...origin, line: unfinished })
  })
}

/** The lines of standard output that are JSON objects, parsed. */
export function jsonLines(log: readonly LogLine[]): Record<string, unknown>[] {
  return log
    .filter(({ stream }) => stream === 'stdout')
    .map(({ line }) => parseJson(line))
    .filter(isRecord)
}
