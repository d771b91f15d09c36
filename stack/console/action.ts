type Fields = Readonly<Record<string, unknown>>

/** Throws an `Error` whose message is for the user. */
export type Action = (fields: Fields) => Promise<unknown>

export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`${name} is missing.`)
  return value
}
