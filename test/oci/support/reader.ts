/** A reader who pastes the blocks of the documents into one session, and what is in the tenancy then. */
import { expect } from '@jest/globals'
import type { Kind, Resource } from '../cloud/store.ts'
import { steps, under, type Block } from './documents.ts'
import { complaints, settings, startSession, type Session } from './session.ts'
import { credentials } from './world.ts'

export let session: Session

export async function startReading(): Promise<void> {
  session = await startSession()
}

export function endReading(): Promise<void> {
  return session.close()
}

/** Pastes blocks; neither the shell nor `oci` may complain. */
export async function paste(blocks: readonly Block[], ...more: string[]) {
  const before = session.ociCalls().length
  const { stdout, stderr } = await session.paste(...blocks.map(({ text }) => text), ...more)
  const calls = session.ociCalls().slice(before)
  expect(complaints(calls, stderr)).toEqual([])
  return { stdout, stderr, calls }
}

export function live(kind: Kind) {
  return session.cloud.store.live(kind)
}

export function keys(): Record<string, string> {
  return (live('function')[0]?.['config'] ?? {}) as Record<string, string>
}

/** All versions of the secret of that name, the newest last. */
export function versions(name: string): string[] {
  const { id = '' } = secretNamed(name) ?? {}
  return (session.cloud.secrets.get(id)?.versions ?? []).map(({ content }) => content.toString())
}

export function secretNamed(name: string): Resource | undefined {
  return live('secret').find((one) => one['secretName'] === name)
}

/** The first step, with settings that are those of the tenancy. */
export async function setUpShell(): Promise<void> {
  const [values, functions, ...rest] = under(steps, /^Set up the shell/)
  expect(rest).toEqual([])
  await paste(values && functions ? [values] : [], settings, functions?.text ?? '')
}

/** The second step; the secrets are set and not asked for. */
export function storeSecrets() {
  const secrets = `INTROSPECTION_SECRET=${credentials.introspection[1]} OIC_SECRET=${credentials.OIC[1]}`
  return paste([], secrets, ...under(steps, /^2\. /).map(({ text }) => text))
}

export function policyStatements(): string {
  return live('policy')
    .flatMap((one) => one['statements'])
    .join()
}
