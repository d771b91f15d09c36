/** The figures of the benchmark, each with its reference and its target. */
import type { Cold, Memory, Warm } from './measure.ts'
import { quantile } from './statistics.ts'
import type { SubjectName } from './subjects.ts'

export interface Results {
  /** Dependencies at 0 ms, a full CPU. */
  readonly whole: ReadonlyMap<SubjectName, Cold>
  /** Dependencies at 50 ms. */
  readonly late: ReadonlyMap<SubjectName, Cold>
  /** A quarter of a CPU; empty if the machine cannot limit it. */
  readonly quarter: ReadonlyMap<SubjectName, Cold>
  readonly warm: ReadonlyMap<SubjectName, Warm>
  readonly memory: ReadonlyMap<SubjectName, Memory>
  readonly distBytes: number
}

export type Unit = 'ms' | 'ms of CPU' | 'MiB' | 'bytes' | 'a second' | 'requests'

export interface RowDefinition {
  readonly what: string
  readonly unit: Unit
  readonly ours: (results: Results) => readonly number[]
  /** Divides the median; without a reference, the figure is the median itself. */
  readonly reference?: {
    readonly name: SubjectName
    readonly values: (results: Results) => readonly number[]
  }
  /** The figure is at most this. */
  readonly target?: number | undefined
  readonly plot?: 'cold' | 'warm' | undefined
}

const INTROSPECTION = 'authorizer, introspection'
const JWT = 'authorizer, JWT'

type Pair = readonly [ours: SubjectName, reference: SubjectName]

function compared(
  what: string,
  [ours, reference]: Pair,
  valuesOf: (results: Results, name: SubjectName) => readonly number[] | undefined,
  more: Partial<RowDefinition>,
): RowDefinition {
  const of = (name: SubjectName) => (results: Results) => valuesOf(results, name) ?? []
  return {
    what,
    unit: 'ms',
    ours: of(ours),
    reference: { name: reference, values: of(reference) },
    ...more,
  }
}

type ColdFigure = keyof Cold | 'decisions2to100'

function cold(
  what: string,
  pair: Pair,
  figure: ColdFigure,
  more: Partial<RowDefinition> = {},
  set: 'whole' | 'late' | 'quarter' = 'whole',
): RowDefinition {
  const valuesOf = (results: Results, name: SubjectName) => {
    const found = results[set].get(name)
    return figure === 'decisions2to100'
      ? found && [...found.decisions2to20, ...found.decisions21to100]
      : found?.[figure]
  }
  return compared(what, pair, valuesOf, { plot: 'cold', ...more })
}

const AGAINST_FLOOR = [
  [INTROSPECTION, 'floor, introspection'],
  [JWT, 'floor, JWT'],
] as const

function wayOf(name: SubjectName): string {
  return name.replace('authorizer, ', '')
}

function firstPermits(
  where: string,
  set: 'whole' | 'late' | 'quarter',
  target: number,
): readonly RowDefinition[] {
  return AGAINST_FLOOR.map((pair) => {
    const what = `start to first permit, ${wayOf(pair[0])}, ${where}`
    return cold(what, pair, 'firstAnswer', { target }, set)
  })
}

const FIRST_HUNDRED: readonly RowDefinition[] = (
  [
    [INTROSPECTION, 'floor, introspection', 1.6],
    [JWT, 'empty', 2.5],
  ] as const
).flatMap(([ours, reference, target]) => {
  const pair = [ours, reference] as const
  return [
    cold(`decisions 2 to 100, ${wayOf(ours)}`, pair, 'decisions2to100', { target }),
    cold(`decisions 2 to 20, ${wayOf(ours)}`, pair, 'decisions2to20'),
    cold(`decisions 21 to 100, ${wayOf(ours)}`, pair, 'decisions21to100'),
  ]
})

const OF_CPU = { unit: 'ms of CPU', plot: undefined } as const

const CPU_TIME: readonly RowDefinition[] = AGAINST_FLOOR.flatMap((pair) => {
  const way = wayOf(pair[0])
  return [
    cold(`CPU until the first permit, ${way}`, pair, 'firstAnswerCpu', OF_CPU),
    cold(`CPU of each of decisions 2 to 100, ${way}`, pair, 'decisions2to100Cpu', OF_CPU),
  ]
})

const AGAINST_PYTHON: readonly RowDefinition[] = ([INTROSPECTION, JWT] as const).flatMap((ours) => {
  const pair = [ours, 'Python'] as const
  return [
    cold(`start to first permit, ${wayOf(ours)}`, pair, 'firstAnswer', { target: 1 / 5 }),
    cold(`decisions 2 to 100, ${wayOf(ours)}`, pair, 'decisions2to100', { target: 1 / 3 }),
  ]
})

function warm(what: string, pair: Pair, target: number): RowDefinition {
  const valuesOf = ({ warm }: Results, name: SubjectName) => warm.get(name)?.calls
  return compared(what, pair, valuesOf, { target, plot: 'warm' })
}

function single(
  what: string,
  unit: Unit,
  value: (results: Results) => number | undefined,
  target?: number,
): RowDefinition {
  return {
    what,
    unit,
    ours: (results) => [value(results)].filter((each) => each !== undefined),
    target,
  }
}

const WARM_FIGURES: readonly RowDefinition[] = (
  [INTROSPECTION, 'authorizer, introspection cached for 60 s', JWT] as const
).flatMap((name) => [
  single(`${name}: 99th percentile`, 'ms', ({ warm: all }) =>
    quantile(all.get(name)?.calls ?? [], 0.99),
  ),
  single(`${name}: decisions`, 'a second', ({ warm: all }) => {
    const calls = all.get(name)?.calls ?? []
    return Math.round((1000 * calls.length) / calls.reduce((sum, time) => sum + time, 0))
  }),
  single(
    `${name}: per 1,000 decisions`,
    'requests',
    ({ warm: all }) => all.get(name)?.requestsPerThousand,
  ),
])

const MOMENTS = [
  ['start', 'afterStart'],
  ['the first decision', 'afterFirst'],
  ['15,000 decisions', 'afterAll'],
] as const

const MEMORY: readonly RowDefinition[] = (['empty', 'Python', INTROSPECTION, JWT] as const).flatMap(
  (name) =>
    MOMENTS.map(([after, figure]) => {
      const hasTarget = figure === 'afterAll' && name.startsWith('authorizer')
      const value = ({ memory }: Results) => memory.get(name)?.[figure]
      return single(`${name}: resident after ${after}`, 'MiB', value, hasTarget ? 85 : undefined)
    }),
)

/** The report skips rows without values. */
export const ROWS: readonly RowDefinition[] = [
  cold('start to socket', [INTROSPECTION, 'empty'], 'socket', { target: 1.1 }),
  ...firstPermits('dependencies at 0 ms', 'whole', 1.5),
  ...firstPermits('a quarter of a CPU', 'quarter', 1.5),
  ...firstPermits('dependencies at 50 ms', 'late', 1.15),
  ...FIRST_HUNDRED,
  ...CPU_TIME,
  ...AGAINST_PYTHON,
  warm('warm decision, JWT', [JWT, 'empty'], 3.5),
  warm('warm decision, introspection', [INTROSPECTION, 'axios call'], 1.3),
  ...WARM_FIGURES,
  ...MEMORY,
  single('dist/ without compiled code and maps', 'bytes', ({ distBytes }) => distBytes, 1_000_000),
]
