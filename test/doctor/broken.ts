/** Set-ups that are broken in one place: the check that fails first, with its detail and remedy. */
import { expect, it } from '@jest/globals'
import type { CheckName } from '../../scripts/doctor/check.ts'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import type { Change, Json, Setup } from './setup.ts'

type ChangeOf = (setup: Setup) => Change

/** By its title; the patterns are of the detail and of the remedy. */
type Broken = Readonly<Record<string, readonly [change: ChangeOf, detail: RegExp, remedy: RegExp]>>

export type BrokenByCheck = Readonly<Partial<Record<CheckName, Broken>>>

/** One test for each: it is the first failure. */
export function testFirstFailures(broken: BrokenByCheck, setup: () => Setup): void {
  const rows = Object.entries(broken).flatMap(([name, each]) =>
    Object.entries(each).map(([title, [change, detail, remedy]]) => {
      const patterns = {
        detail: expect.stringMatching(detail),
        remedy: expect.stringMatching(remedy),
      }
      return [title, change, { name, ...patterns }] as const
    }),
  )
  it.each(rows)('%s: is the first failure, with its remedy', async (_title, change, expected) => {
    expect(firstFailure(await setup().examine(change(setup())))).toMatchObject(expected)
  })
}

export function config(keys: Readonly<Record<string, string>>): ChangeOf {
  return () => ({ config: keys })
}

export function backendSecret(secret: string | ((setup: Setup) => string)): ChangeOf {
  return (setup) => ({
    secrets: { [SECRET_OCIDS.backend]: typeof secret === 'string' ? secret : secret(setup) },
  })
}

/** `change` gets the text of the deployment's specification. */
export function deployed(change: (text: string) => string): ChangeOf {
  return ({ deployment }) => ({ examination: { deployment: deployment(change) } })
}

export function replaced(text: string | RegExp, by: string): ChangeOf {
  return deployed((whole) => whole.replace(text, by))
}

interface Route {
  requestPolicies: Json & { headerTransformations?: Json }
}

/** `change` gets the policies of a route: by default the second, which leads to Oracle Integration. */
export function deployedRoute(
  change: (policies: Route['requestPolicies']) => void,
  index = 1,
): ChangeOf {
  return ({ deployment }) => {
    const specification = deployment() as unknown as { routes: Route[] }
    const route = specification.routes[index]
    if (route === undefined) throw new Error('there is no such route')
    change(route.requestPolicies)
    return { examination: { deployment: specification } }
  }
}
