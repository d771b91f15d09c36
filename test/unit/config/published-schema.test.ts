import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv, type ValidateFunction } from 'ajv'
import { readDocument } from '../../../src/config/read-document.ts'

async function read(file: string): Promise<string> {
  return readFile(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8')
}

let validate: ValidateFunction
let example: string

beforeAll(async () => {
  const schema = JSON.parse(await read('authorizer-config.schema.json')) as object
  validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema)
  example = await read('authorizer-config.example.json')
})

/** What the editor says by the schema, and what the function says. */
function verdicts(document: unknown) {
  return {
    schema: validate(document),
    code: readDocument(JSON.stringify(document), 'authorizer_config').ok,
  }
}

function changed(change: (issuer: Record<string, unknown>) => void): unknown {
  const document = JSON.parse(example) as { issuers: Record<string, unknown>[] }
  for (const issuer of document.issuers) change(issuer)
  return document
}

describe('the published JSON Schema', () => {
  it('and the function accept the example', () => {
    expect(verdicts(JSON.parse(example))).toEqual({ schema: true, code: true })
  })

  it.each<[string, (issuer: Record<string, unknown>) => void]>([
    ['an unknown key', (issuer) => (issuer['audiences'] = issuer['audience'])],
    ['no audience', (issuer) => delete issuer['audience']],
    ['a symmetric algorithm', (issuer) => (issuer['algorithms'] = ['HS256'])],
    ['no algorithm', (issuer) => (issuer['algorithms'] = [])],
    ['an unknown preset', (issuer) => (issuer['provider'] = { preset: 'other' })],
    ['a number out of range', (issuer) => (issuer['clock_tolerance_seconds'] = 301)],
    ['a claim that no number tells', (issuer) => (issuer['required_claims'] = { a: 2 ** 53 })],
  ])('and the function reject %s', (_case, change) => {
    expect(verdicts(changed(change))).toEqual({ schema: false, code: false })
  })
})
