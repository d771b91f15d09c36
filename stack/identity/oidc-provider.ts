/** The one import of oidc-provider by value. */
const warn = console.warn
console.warn = (...values: unknown[]) => {
  if (!String(values[0]).includes('Unsupported runtime')) warn(...values)
}
const { Provider, errors } = await import('oidc-provider')
console.warn = warn

export { Provider, errors }
