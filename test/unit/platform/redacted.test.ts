import { createHash } from 'node:crypto'
import { format, inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { Redacted } from '../../../src/platform/redacted.ts'

const SECRET = 's3cret-text'
const redacted = new Redacted(SECRET)

describe('Redacted', () => {
  it('reveals its text', () => {
    expect(redacted.reveal()).toBe(SECRET)
  })

  it.each<[string, () => string]>([
    ['String', () => String(redacted)],
    ['toString', () => redacted.toString()],
    ['a template', () => String.raw`${redacted}`],
    ['a joined array', () => [redacted, redacted].join()],
    ['JSON', () => JSON.stringify(redacted)],
    ['JSON of an object that contains it', () => JSON.stringify({ a: [redacted] })],
    ['inspect', () => inspect(redacted)],
    ['inspect of an object that contains it', () => inspect({ a: new Map([['b', redacted]]) })],
    ['inspect with hidden members', () => inspect(redacted, { showHidden: true, depth: null })],
    [
      'inspect of an error with it as the cause',
      () => inspect(new Error('x', { cause: redacted })),
    ],
    ['format with %s', () => format('%s', redacted)],
    ['format with %o', () => format('%o', redacted)],
    ['format with %O', () => format('%O', { redacted })],
    ['format with %j', () => format('%j', redacted)],
    ['format with additional arguments', () => format('x', redacted)],
  ])('prints only [redacted]: %s', (_case, print) => {
    expect(print()).toContain('[redacted]')
    expect(print()).not.toContain(SECRET)
  })

  it.each<[string, () => string]>([
    ['inspect without custom functions', () => inspect(redacted, { customInspect: false })],
    ['its members', () => JSON.stringify(Object.getOwnPropertyNames(redacted))],
    ['its symbols', () => inspect(Object.getOwnPropertySymbols(redacted))],
    ['a copy of its members', () => inspect(Object.assign({}, redacted))],
    ['a structured clone', () => inspect(structuredClone(redacted))],
  ])('does not reveal the text: %s', (_case, print) => {
    expect(print()).not.toContain(SECRET)
  })

  it('has a SHA-256 digest', () => {
    const expected = createHash('sha256').update(SECRET, 'utf8').digest('base64url')

    expect(redacted.digest()).toBe(expected)
    expect(new Redacted(`${SECRET} `).digest()).not.toBe(expected)
  })
})
