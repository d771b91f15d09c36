/**
 * `npm run bench`: what the built function costs, as ratios to an empty function and to the floor,
 * all in one interleaved run. `--node PATH` runs it on another Node, `--publish` renews what the
 * README shows. Exit status 1 where a target is missed.
 * I/O: starts functions and their dependencies; writes `reports/bench/` or `docs/performance/`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createResourcePrincipal } from '../stack/resource-principal.ts'
import { distSize } from './bench/dist-size.ts'
import { measureCold, measureMemory, measureWarm, type Bench } from './bench/measure.ts'
import { startDependencies } from './build/rehearsal/dependencies.ts'
import { barPlot } from './bench/plot.ts'
import { judgeAll, tableOf } from './bench/report.ts'
import { cpuGroup } from './bench/runner.ts'
import { makeSubjects, type SubjectName } from './bench/subjects.ts'
import { buildFirst } from './command-line/build-first.ts'
import { nodeOption } from './command-line/node-option.ts'
import { flag, wholeNumber } from './command-line/options.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { createCaller } from './build/rehearsal/caller.ts'

const { values } = readCommandLine({
  name: 'bench',
  about: `What the built function costs, as ratios to an empty function and to the floor, all in one interleaved
run. It builds first, and takes a minute or two; the machine should do nothing else meanwhile.
Exit status 1 where a target is missed.`,
  options: {
    runs: wholeNumber('starts of each function', { min: 1, max: 1000, default: 15 }),
    node: nodeOption,
    publish: flag('renews docs/performance/, what the README shows, instead of reports/bench/'),
  },
})
buildFirst()
const { runs } = values
const begun = performance.now()
function told(text: string): void {
  console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${text}`)
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const principal = await createResourcePrincipal()
const caller = createCaller()
const dependencies = await startDependencies(caller.jwks)
const tokens = await Promise.all(Array.from({ length: 500 }, () => caller.token()))
let calls = 0
const bench: Bench = {
  node: values.node,
  dependencies,
  subjects: await makeSubjects(dependencies.url, principal.environment, folder),
  payload: (name) => {
    calls += 1
    const opaque = `opaque-${'x'.repeat(800)}-${calls}`
    // A hundred callers, where it matters that they come again.
    const again = `opaque-${'x'.repeat(800)}-${calls % 100}`
    const token =
      (name.endsWith('JWT') ? tokens[calls % tokens.length] : undefined) ??
      (name.includes('kept') ? again : opaque)
    return JSON.stringify({ type: 'USER_DEFINED', data: { token: `Bearer ${token}` } })
  },
}

const COLD: readonly SubjectName[] = [
  'empty',
  'floor, introspection',
  'authorizer, introspection',
  'floor, JWT',
  'authorizer, JWT',
]
told('cold, whole CPU, dependencies at 0 ms')
const whole = await measureCold(bench, COLD, runs, 0)
told('cold, whole CPU, dependencies at 50 ms')
const late = await measureCold(bench, COLD.slice(1), runs, 50)
const quarterGroup = cpuGroup(0.25)
told(
  quarterGroup ? 'cold, a quarter of a CPU' : 'no control groups: a quarter of a CPU is left out',
)
const quarter = quarterGroup && (await measureCold(bench, COLD, runs, 0, quarterGroup))
quarterGroup?.remove()
told('warm')
const warm = await measureWarm(
  bench,
  [
    'empty',
    'axios call',
    'authorizer, introspection',
    'authorizer, introspection kept for 60 s',
    'authorizer, JWT',
  ],
  3_000,
  1_500,
)
told('memory')
const memory = new Map(
  await Promise.all(
    (['empty', 'authorizer, introspection', 'authorizer, JWT'] as const).map(
      async (name) => [name, await measureMemory(bench, name, 15_000)] as const,
    ),
  ),
)
dependencies.close()
principal.remove()
rmSync(folder, { recursive: true })

const version = execFileSync(values.node, ['--version']).toString().trim()
const results = { version, runs, whole, late, quarter, warm, memory, distBytes: distSize('dist') }
const rows = judgeAll(results)
told('done')
console.log(`\n${tableOf(rows)}`)

const output = values.publish ? 'docs/performance' : 'reports/bench'
mkdirSync(output, { recursive: true })
function asJson(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value
}
writeFileSync(join(output, 'bench.json'), `${JSON.stringify({ version, runs, rows }, asJson, 2)}\n`)
for (const plot of ['cold', 'warm'] as const) {
  const shown = rows.filter((row) => row.plot === plot)
  writeFileSync(join(output, `${plot}.svg`), barPlot(`${plot} (Node ${version})`, shown))
}
console.log(`${output}/bench.json, cold.svg, warm.svg`)
process.exitCode = rows.every(({ isMet }) => isMet !== false) ? 0 : 1
