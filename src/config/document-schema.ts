/**
 * The schema of the configuration document, which flat keys become as well. The published JSON Schema
 * is generated from it.
 */
import * as v from 'valibot'
import { strictObject } from '../platform/schema-fields.ts'
import { backendSchema } from './backend-schema.ts'
import { issuerSchema } from './issuer-schema.ts'

export const documentSchema = strictObject({
  $schema: v.optional(v.string()),
  issuers: v.pipe(v.array(issuerSchema), v.minLength(1)),
  backends: v.pipe(v.array(backendSchema), v.minLength(1)),
  unmatched: v.optional(
    v.pipe(
      v.literal('refuse'),
      v.description('Denies calls without a matching backend; required if each has a `when`.'),
    ),
  ),
})

export type DocumentInput = v.InferOutput<typeof documentSchema>
