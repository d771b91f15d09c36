import { describe, expect, it } from '@jest/globals'
import { createConfiguredAuthorizer } from '../../../src/boot/configured-authorizer.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import type { Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { Tally } from '../../../src/platform/tally.ts'
import { documentOf, withIssuer } from '../support/documents.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const SECRET = 'ocid1.vaultsecret.oc1..configuration'

const NO_TOKEN = Buffer.from('{"type":"USER_DEFINED","data":{}}')

const NOT_READ = JSON.stringify({ reason: 'document_not_read', detail: 'timed_out' })

/** An authorizer whose document lies in Vault, which does not give it where it is undefined. */
function authorizerFromVault() {
  const clock = new StandingClock()
  const vault: { document: unknown; failure: Fault; reads: number; patience: number[] } = {
    document: documentOf(),
    failure: fault('secret_unavailable', { detail: 'timed_out' }),
    reads: 0,
    patience: [],
  }
  const read = (_ocid: string, deadline: Deadline) => {
    vault.reads += 1
    vault.patience.push(deadline.remaining())
    return Promise.resolve(
      vault.document === undefined
        ? failure(vault.failure)
        : success(new Redacted(JSON.stringify(vault.document))),
    )
  }
  const events: string[] = []
  const authorize = createConfiguredAuthorizer(
    readConfig({ authorizer_config_secret_ocid: SECRET }),
    {
      http: () => Promise.reject(new Error('nobody is to be asked')),
      secrets: {
        read,
        readAgain: () => Promise.reject(new Error('nothing was refused')),
        acceptPrevious: () => undefined,
      },
      clock,
      chance: () => 0,
      warn: () => undefined,
      tally: new Tally(),
    },
    (_level, event, { reason, detail }) => {
      events.push(event === 'warning' ? JSON.stringify({ reason, detail }) : event)
    },
  )
  const decide = async () => (await authorize(NO_TOKEN, PLENTY_OF_TIME)).reason
  return { clock, vault, events, decide }
}

describe('a document in Vault', () => {
  it('is a fault if it was never read from Vault', async () => {
    const { vault, decide } = authorizerFromVault()
    vault.document = undefined

    expect(await decide()).toBe('secret_unavailable')
    vault.document = documentOf()
    expect(await decide()).toBe('token_missing')
    expect(vault.patience).toStrictEqual([60_000, 60_000])
  })

  it('is used while Vault is down, which costs 2 s every half minute', async () => {
    const { clock, vault, decide } = authorizerFromVault()
    await decide()
    vault.document = undefined

    expect(await decide()).toBe('token_missing')
    clock.advance(29.9)
    expect(await decide()).toBe('token_missing')
    expect(vault.patience).toStrictEqual([60_000, 2_000])

    clock.advance(0.1)
    expect(await decide()).toBe('token_missing')
    expect(vault.reads).toBe(3)
  })

  it('is used for an hour then, with a warning that it is not renewed', async () => {
    const { clock, vault, events, decide } = authorizerFromVault()
    await decide()
    clock.advance(60)
    await decide()
    vault.document = undefined

    clock.advance(3_599.9)
    expect(await decide()).toBe('token_missing')
    expect(await decide()).toBe('token_missing')
    expect(events).toStrictEqual(['config_read', NOT_READ])

    clock.advance(0.1)
    expect(await decide()).toBe('secret_unavailable')
    vault.document = documentOf()
    expect(await decide()).toBe('token_missing')

    vault.document = undefined
    clock.advance(60)
    expect(await decide()).toBe('token_missing')
    expect(events.slice(2)).toStrictEqual([NOT_READ])
  })

  it('is not used if Vault has a newer one that is not text', async () => {
    const { vault, events, decide } = authorizerFromVault()
    await decide()
    vault.document = undefined
    vault.failure = fault('secret_unusable', { detail: 'not_utf8' })

    expect([await decide(), await decide()]).toStrictEqual(['secret_unusable', 'secret_unusable'])
    vault.document = documentOf()
    expect(await decide()).toBe('token_missing')
    expect(events).not.toContain(NOT_READ)
  })

  it('is reloaded when it has changed, valid or not', async () => {
    const { vault, events, decide } = authorizerFromVault()
    expect(await decide()).toBe('token_missing')

    vault.document = {}
    expect([await decide(), await decide()]).toStrictEqual(['config_invalid', 'config_invalid'])
    expect(events).toStrictEqual(['config_read', 'config_invalid'])

    vault.document = withIssuer({ audience: 'any' })
    expect([await decide(), await decide()]).toStrictEqual(['token_missing', 'token_missing'])
    expect(events.slice(2)).toStrictEqual(['config_warning', 'config_read'])
  })

  it('that cannot be used is logged, and each call is a fault, even while Vault is unavailable', async () => {
    const { vault, decide } = authorizerFromVault()
    vault.document = {}
    expect(await decide()).toBe('config_invalid')

    vault.document = undefined
    expect(await decide()).toBe('config_invalid')
  })
})
