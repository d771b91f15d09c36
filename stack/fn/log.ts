/** The lines that function instances print, in order. */
import type { Readable } from 'node:stream'
import { isRecord, parseJson } from '../json.ts'

export interface LogLine {
  /** The instance's number, counted from 1 per function. */
  instance: number
  stream: 'stdout' | 'stderr'
  line: string
}

/**
 * Appends each line of `source` to `log`. JSON may hold U+2028, so only LF ends a line. `frame` is the
 * `FN_LOGFRAME_NAME`: before each call, the FDK writes an empty line and `frame=request ID`, by which the
 * platform assigns the lines that follow; neither gets into the log.
 */
export function collectLines(
  source: Readable,
  log: LogLine[],
  origin: Omit<LogLine, 'line'>,
  frame?: string,
): void {
  let unfinished = ''
  let emptyLines = 0
  const append = (line: string): void => {
    if (frame !== undefined && line === '') {
      emptyLines += 1
      return
    }
    const isFrame = frame !== undefined && line.startsWith(`${frame}=`)
    while (emptyLines > (isFrame ? 1 : 0)) {
      log.push({ ...origin, line: '' })
      emptyLines -= 1
    }
    emptyLines = 0
    if (!isFrame) log.push({ ...origin, line })
  }
  source.setEncoding('utf8')
  source.on('data', (text: string) => {
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) append(line)
  })
  source.on('end', () => {
    if (unfinished !== '') append(unfinished)
  })
}

/** The lines of standard output that are JSON objects, parsed. */
export function jsonLines(log: readonly LogLine[]): Record<string, unknown>[] {
  return log
    .filter(({ stream }) => stream === 'stdout')
    .map(({ line }) => parseJson(line))
    .filter(isRecord)
}
