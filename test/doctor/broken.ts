/** Changes that break the set-up, and the expected first failure. */
import { expect, it } from '@jest/globals'
import type { CheckName } from '../../scripts/doctor/check.ts'
import { firstFailure } from '../../scripts/doctor/report.ts'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import { setup, type Change, type Json, type Setup } from './setup.ts'

type ChangeOf = (setup: Setup) => Change

/** Changes by their titles, with patterns of the detail and of the remedy. */
type Broken = Readonly<Record<string, readonly [change: ChangeOf, detail: RegExp, remedy: RegExp]>>

export type BrokenByCheck = Readonly<Partial<Record<CheckName, Broken>>>

/** Tests that each change causes its first failure. */
export function testBroken(broken: BrokenByCheck): void {
  const rows = Object.entries(broken).flatMap(([name, each]) =>
    Object.entries(each).map(([title, expected]) => [title, name, ...expected] as const),
  )

  it.each(rows)('reports %s', async (_title, name, change, detail, remedy) => {
    expect(firstFailure(await setup.examine(change(setup)))).toMatchObject({
      name,
      detail: expect.stringMatching(detail),
      remedy: expect.stringMatching(remedy),
    })
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

export function deployed(change: (text: string) => string): ChangeOf {
  return ({ deployment }) => ({ examination: { deployment: deployment(change) } })
}

/** Replaces a part of the deployment's specification. */
export function replaced(pattern: string | RegExp, by: string): ChangeOf {
  return deployed((text) => text.replace(pattern, by))
}

interface Route {
  requestPolicies: Json & { headerTransformations?: Json }
}

/** Changes the policies of a route, by default of the route to Oracle Integration. */
export function deployedRoute(
  change: (policies: Route['requestPolicies']) => void,
  index = 1,
): ChangeOf {
  return ({ deployment }) => {
    const specification = deployment() as unknown as { routes: Route[] }
    const route = specification.routes[index]
    if (route === undefined) throw new Error('no such route')
    change(route.requestPolicies)
    return { examination: { deployment: specification } }
  }
}
