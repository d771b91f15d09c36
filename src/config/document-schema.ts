/**
 * The schema of the configuration document. Flat keys are converted into such a document. The published
 * JSON Schema is generated from it.
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
      v.description(
        'Denies calls without a matching backend; required if every backend has a `when`.',
      ),
    ),
  ),
})

export type DocumentInput = v.InferOutput<typeof documentSchema>

/** The members by which a schema refers to the schemas in it. */
interface Schema extends v.GenericSchema {
  readonly wrapped?: Schema
  readonly item?: Schema
  readonly entries?: Readonly<Record<string, Schema>>
}

/** The description of the member at a path of the document, such as `issuers.0.audience`. */
export function descriptionAt(path: string): string | undefined {
  let schema: Schema | undefined = documentSchema
  for (const name of path.split('.')) {
    const inner: Schema | undefined = /^\d+$/.test(name) ? schema?.item : schema?.entries?.[name]
    schema = inner?.wrapped ?? inner
  }
  return schema && v.getDescription(schema)
}
