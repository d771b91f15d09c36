/** Comparison of JSON with the models of Oracle's SDK, by the compiler alone. */

/** A model of the SDK as it is in JSON: enums are their values, and every member is read-only. */
export type Wire<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Wire<T[Name]> }
      : T

/**
 * `Ours`, if it is assignable to the model (else this does not compile) and has no member that the
 * model lacks (else it becomes `never`, and its uses do not compile).
 */
export type Within<Model, Ours extends Wire<Model>> = [Exclude<keyof Ours, keyof Model>] extends [
  never,
]
  ? Ours
  : never

/** The values of an enum of the SDK, without its placeholder for values that are newer than itself. */
export type Values<Enum extends string> = Exclude<`${Enum}`, 'UNKNOWN_VALUE'>
