/** Texts that nobody else can have made: where one shows up, a test put it in. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { guisesOf } from './audit.ts'

/** Each is the name of where it is put. */
export const MARKS = {
  opaqueToken: newMark(),
  claim: newMark(),
  argument: newMark(),
  introspectionSecret: newMark(),
  backEndSecret: newMark(),
  backEndToken: newMark(),
  exchangedToken: newMark(),
  errorBody: newMark(),
  errorThrown: newMark(),
  badRequest: newMark(),
}
export type Mark = keyof typeof MARKS
export const MARK_NAMES = Object.keys(MARKS) as Mark[]

function newMark(): string {
  return `mark-${randomBytes(15).toString('hex')}`
}

/** Which of them the texts have, in any of their guises. */
export function marksIn(...texts: readonly string[]): Mark[] {
  return MARK_NAMES.filter((name) =>
    guisesOf(MARKS[name]).some((guise) => texts.some((text) => text.includes(guise))),
  )
}

/**
 * Which marks a heap snapshot has, which is taken after a full garbage collection. The process was
 * started with `--heapsnapshot-signal=SIGUSR2`, and this folder for it.
 */
export async function marksInMemory(pid: number, folder: string): Promise<Mark[]> {
  process.kill(pid, 'SIGUSR2')
  const path = await snapshotIn(folder)
  const snapshot = readFileSync(path, 'utf8')
  rmSync(path)
  // It lies in the process's environment, where the test put it.
  return marksIn(snapshot).filter((name) => name !== 'errorThrown')
}

async function snapshotIn(folder: string): Promise<string> {
  let size = -1
  for (;;) {
    await delay(300)
    const name = readdirSync(folder).find((each) => each.endsWith('.heapsnapshot'))
    if (name === undefined) continue
    const path = join(folder, name)
    const now = statSync(path).size
    if (now > 0 && now === size) return path
    size = now
  }
}

export function filesIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
}
