/** Runs `act` while `Object.prototype` has these members, as after prototype pollution. */
export async function whilePolluted<T>(
  members: Readonly<Record<string, unknown>>,
  act: () => T | Promise<T>,
): Promise<T> {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  }
  try {
    return await act()
  } finally {
    for (const name of Object.keys(members)) Reflect.deleteProperty(Object.prototype, name)
  }
}
