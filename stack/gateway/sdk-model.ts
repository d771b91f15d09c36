/**
 * Owns the comparison of our types with the models of `oci-apigateway`, made when it is compiled.
 * No I/O, and nothing at run time.
 */

/** A model of the SDK as it stands in JSON: enums are their values, and nothing is written to. */
type Wire<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Wire<T[Name]> }
      : T

/**
 * `Ours`, given that OCI would take it: it is assignable to the model (else this does not compile)
 * and has no field that the model lacks (else it becomes `never`, and its uses do not compile).
 */
export type Within<Model, Ours extends Wire<Model>> = [Exclude<keyof Ours, keyof Model>] extends [
  never,
]
  ? Ours
  : never

/** The values of an enum of the SDK, without the one that it adds for services newer than itself. */
export type Values<Enum extends string> = Exclude<`${Enum}`, 'UNKNOWN_VALUE'>
