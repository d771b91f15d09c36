/** Collects the output of function instances. */
import type { Readable } from 'node:stream'
import { isRecord, parseJson } from '../json.ts'

export interface LogLine {
  /** The instance's number, counted from 1 per function. */
  instance: number
  stream: 'stdout' | 'stderr'
  line: string
}

/**
 * Appends each line of `source` to `log`. Only LF ends a line, because JSON may contain U+2028.
 *
 * `frame` is the `FN_LOGFRAME_NAME`. Before each call, the FDK writes an empty line and `frame=request ID`;
 * the platform assigns the lines that follow to that request, and neither is in the log. Lines before the
 * first frame belong to no request, and OCI may lose them (fnproject/fdk-java#245). Here they are in the
 * log only if the process ends without a call.
 */
export function collectLines(
  source: Readable,
  log: LogLine[],
  origin: Omit<LogLine, 'line'>,
  frame?: string,
): void {
  let unfinished = ''
  let unframed: string[] | undefined = frame === undefined ? undefined : []
  let emptyLines = 0
  const write = (line: string): void => {
    if (unframed === undefined) log.push({ ...origin, line })
    else unframed.push(line)
  }
  const read = (line: string): void => {
    const isFrame = frame !== undefined && line.startsWith(`${frame}=`)
    if (isFrame) emptyLines -= 1
    else if (frame !== undefined && line === '') {
      emptyLines += 1
      return
    }
    for (; emptyLines > 0; emptyLines -= 1) write('')
    if (isFrame) unframed = undefined
    else write(line)
  }
  source.setEncoding('utf8')
  source.on('data', (text: string) => {
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) read(line)
  })
  source.on('end', () => {
    if (unfinished !== '') read(unfinished)
    for (const line of unframed ?? []) log.push({ ...origin, line })
  })
}

/** The lines of standard output that are JSON objects, parsed. */
export function jsonLines(log: readonly LogLine[]): Record<string, unknown>[] {
  return log
    .filter(({ stream }) => stream === 'stdout')
    .map(({ line }) => parseJson(line))
    .filter(isRecord)
}
