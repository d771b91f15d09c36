/** Pastes the blocks of the documents into one session like a reader, and reads the state of the tenancy. */
import { expect } from '@jest/globals'
import type { Kind, Resource } from '../cloud/store.ts'
import { steps, under, type Block } from './documents.ts'
import { errorsOf, settings, startSession, type Session } from './session.ts'
import { credentials } from './world.ts'

export let session: Session

export async function startReading(): Promise<void> {
  session = await startSession()
}

export function endReading(): Promise<void> {
  return session.close()
}

/** Pastes blocks, without errors of the shell or of `oci`. */
export async function paste(blocks: readonly Block[], ...more: string[]) {
  const before = session.ociCalls().length
  const { stdout, stderr } = await session.paste(...blocks.map(({ text }) => text), ...more)
  const calls = session.ociCalls().slice(before)
  expect(errorsOf(calls, stderr)).toEqual([])
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

/** The first step, with the settings of the tenancy. */
export async function setUpShell(): Promise<void> {
  const [values, functions, ...rest] = under(steps, /^Set up the shell/)
  expect(rest).toEqual([])
  await paste(values && functions ? [values] : [], settings, functions?.text ?? '')
}

/** The second step, with the secrets in variables instead of prompts. */
export function storeSecrets() {
  const secrets = `INTROSPECTION_SECRET=${credentials.introspection[1]} OIC_SECRET=${credentials.OIC[1]}`
  return paste([], secrets, ...under(steps, /^2\. /).map(({ text }) => text))
}

export function policyStatements(): string {
  return live('policy')
    .flatMap((one) => one['statements'])
    .join()
}
