/**
 * Owns what is told of the measurements: a row for each figure, against its target where it has one.
 * Pure.
 */
import type { Cold, Memory, Warm } from './measure.ts'
import { quantile, spreadOf, type Spread } from './statistics.ts'
import type { SubjectName } from './subjects.ts'

export interface Results {
  readonly version: string
  readonly runs: number
  readonly whole: ReadonlyMap<SubjectName, Cold>
  readonly late: ReadonlyMap<SubjectName, Cold>
  readonly quarter: ReadonlyMap<SubjectName, Cold> | undefined
  readonly warm: ReadonlyMap<SubjectName, Warm>
  readonly memory: ReadonlyMap<SubjectName, Memory>
  readonly distBytes: number
}

export interface Row {
  readonly what: string
  readonly unit: 'ms' | 'MiB' | 'bytes' | 'a second' | 'requests'
  readonly ours: Spread
  /** What it is compared with; absent where the figure stands for itself. */
  readonly reference?: { readonly name: string; readonly spread: Spread }
  /** Ours to the reference, of the medians; or the figure itself. */
  readonly figure: number
  readonly target?: number
  /** Undefined where there is no target. */
  readonly isMet?: boolean
  readonly plot?: 'cold' | 'warm'
}

function only(value: number): Spread {
  return { median: value, low: value, high: value }
}

export function judgeAll(results: Results): readonly Row[] {
  const { whole, late, quarter, warm, memory, distBytes } = results

  const compared = (
    what: string,
    ours: readonly number[],
    reference: readonly [string, readonly number[]],
    target: number | undefined,
    plot: 'cold' | 'warm',
  ): Row => {
    const [name, values] = reference
    const [one, other] = [spreadOf(ours), spreadOf(values)]
    const figure = one.median / other.median
    return {
      what,
      unit: 'ms',
      ours: one,
      reference: { name, spread: other },
      figure,
      plot,
      ...(target === undefined ? {} : { target, isMet: figure <= target }),
    }
  }
  const single = (what: string, unit: Row['unit'], value: number, target?: number): Row => ({
    what,
    unit,
    ours: only(value),
    figure: value,
    ...(target === undefined ? {} : { target, isMet: value <= target }),
  })
  const of = (cold: ReadonlyMap<SubjectName, Cold>, name: SubjectName): Cold =>
    cold.get(name) ?? { socket: [], firstAnswer: [] }
  const firsts = (
    cold: ReadonlyMap<SubjectName, Cold>,
    where: string,
    target: number,
  ): readonly Row[] =>
    (['introspection', 'JWT'] as const).map((way) =>
      compared(
        `start to first permit, ${way}, ${where}`,
        of(cold, `authorizer, ${way}`).firstAnswer,
        ['floor', of(cold, `floor, ${way}`).firstAnswer],
        target,
        'cold',
      ),
    )
  const callsOf = (name: SubjectName): readonly number[] => warm.get(name)?.calls ?? []
  const perSecond = (name: SubjectName): number => {
    const times = callsOf(name)
    return Math.round(1000 / (times.reduce((sum, time) => sum + time, 0) / times.length))
  }
  const WARM = [
    'authorizer, introspection',
    'authorizer, introspection kept for 60 s',
    'authorizer, JWT',
  ] as const

  return [
    compared(
      'start to socket',
      of(whole, 'authorizer, introspection').socket,
      ['empty', of(whole, 'empty').socket],
      1.15,
      'cold',
    ),
    ...firsts(whole, 'dependencies at 0 ms', 2),
    ...(quarter ? firsts(quarter, 'a quarter of a CPU', 2) : []),
    ...firsts(late, 'dependencies at 50 ms', 1.25),
    compared(
      'warm decision, JWT',
      callsOf('authorizer, JWT'),
      ['empty', callsOf('empty')],
      3.5,
      'warm',
    ),
    compared(
      'warm decision, introspection',
      callsOf('authorizer, introspection'),
      ['axios call', callsOf('axios call')],
      1.15,
      'warm',
    ),
    ...WARM.flatMap((name) => [
      single(`${name}: 99th percentile`, 'ms', quantile(callsOf(name), 0.99)),
      single(`${name}: decisions`, 'a second', perSecond(name)),
      single(
        `${name}: per 1,000 decisions`,
        'requests',
        warm.get(name)?.requestsPerThousand ?? Number.NaN,
      ),
    ]),
    ...[...memory].flatMap(([name, { afterStart, afterFirst, afterAll }]) => [
      single(`${name}: resident after start`, 'MiB', afterStart),
      single(`${name}: resident after the first decision`, 'MiB', afterFirst),
      single(
        `${name}: resident after 15,000 decisions`,
        'MiB',
        afterAll,
        name === 'empty' ? undefined : 100,
      ),
    ]),
    single('dist/ without compiled code and maps', 'bytes', distBytes, 1_000_000),
  ]
}

function rounded(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function spreadText({ median, low, high }: Spread): string {
  return low === high ? rounded(median) : `${rounded(median)} (${rounded(low)}–${rounded(high)})`
}

/** As Markdown, which a terminal shows as well. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, ours, reference, figure, target, isMet }) => [
    what,
    `${spreadText(ours)} ${unit}`,
    reference === undefined ? '' : `${reference.name}: ${spreadText(reference.spread)}`,
    reference === undefined ? '' : `${figure.toFixed(2)} ×`,
    target === undefined ? '' : `≤ ${reference === undefined ? rounded(target) : target}`,
    isMet === undefined ? '' : isMet ? 'met' : '**missed**',
  ])
  const head = ['what', 'median (10th–90th percentile)', 'reference', 'ratio', 'target', '']
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
