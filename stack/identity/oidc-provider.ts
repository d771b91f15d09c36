/**
 * Owns the one import of oidc-provider by value.
 * I/O: none of its own.
 *
 * On Node 20 the package prints "Unsupported runtime" while it is being loaded and offers no switch
 * against that. It runs there all the same, so this one message is dropped during this one import;
 * everything else goes to the terminal as ever.
 */
const warn = console.warn
console.warn = (...values: unknown[]) => {
  if (!String(values[0]).includes('Unsupported runtime')) warn(...values)
}
const { Provider, errors } = await import('oidc-provider')
console.warn = warn

export { Provider, errors }
