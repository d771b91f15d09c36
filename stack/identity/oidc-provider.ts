/** Imports oidc-provider without its warning about the runtime. */
const warn = console.warn
console.warn = (...values: unknown[]) => {
  if (!String(values[0]).includes('Unsupported runtime')) warn(...values)
}
const { Provider, errors } = await import('oidc-provider')
console.warn = warn

export { Provider, errors }
