/** Unique texts in the input of the function. Where one is found, a test put it in. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { encodingsOf } from './audit.ts'

/** Each has the name of its place in the input. */
export const MARKERS = {
  opaqueToken: newMarker(),
  claim: newMarker(),
  argument: newMarker(),
  introspectionSecret: newMarker(),
  backEndSecret: newMarker(),
  backEndToken: newMarker(),
  exchangedToken: newMarker(),
  errorBody: newMarker(),
  errorThrown: newMarker(),
  badRequest: newMarker(),
}
export type Marker = keyof typeof MARKERS
export const MARKER_NAMES = Object.keys(MARKERS) as Marker[]

function newMarker(): string {
  return `marker-${randomBytes(15).toString('hex')}`
}

/** The markers that the texts contain in any encoding. */
export function markersIn(...texts: readonly string[]): Marker[] {
  return MARKER_NAMES.filter((name) =>
    encodingsOf(MARKERS[name]).some((form) => texts.some((text) => text.includes(form))),
  )
}

/**
 * The markers in a heap snapshot, which Node takes after a full garbage collection. The process must
 * run with `--heapsnapshot-signal=SIGUSR2`, and write snapshots to this folder.
 */
export async function markersInMemory(pid: number, folder: string): Promise<Marker[]> {
  process.kill(pid, 'SIGUSR2')
  const path = await completeSnapshot(folder)
  const snapshot = readFileSync(path, 'utf8')
  rmSync(path)
  // The test sets it in the environment of the process.
  return markersIn(snapshot).filter((name) => name !== 'errorThrown')
}

/** A snapshot is complete when its size does not change any more. */
async function completeSnapshot(folder: string): Promise<string> {
  let previousSize = 0
  for (;;) {
    await delay(300)
    const [path] = filesIn(folder).filter((each) => each.endsWith('.heapsnapshot'))
    if (path === undefined) continue
    const { size } = statSync(path)
    if (size > 0 && size === previousSize) return path
    previousSize = size
  }
}

export function filesIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
}
