import { readFile } from 'node:fs/promises'
import { toJsonSchema } from '@valibot/to-json-schema'
import { describe, expect, it } from '@jest/globals'
import { documentSchema } from '../../../src/config/document-schema.ts'

const PUBLISHED = new URL('../../../deploy/authorizer-config.schema.json', import.meta.url)

describe('the schema for editors', () => {
  it('has exactly the members, limits and descriptions of the function', async () => {
    const published = JSON.parse(await readFile(PUBLISHED, 'utf8')) as object

    expect(published).toStrictEqual({
      ...toJsonSchema(documentSchema, { ignoreActions: ['raw_check'] }),
      title: 'Configuration document of the OIC gateway authorizer',
    })
  })
})
