/**
 * `npm run bench`: compares the built function with an empty function, with the floor (the same requests
 * without any checks) and, with `--python`, with a Python function, all in one interleaved run.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from '../stack/at-exit.ts'
import { createResourcePrincipal } from '../stack/resource-principal.ts'
import { measureCold, measureMemory, measureWarm, type Bench } from './bench/measure.ts'
import { barPlot } from './bench/plot.ts'
import { rowsOf, tableOf, targetTable, type Row } from './bench/report.ts'
import { cpuGroup } from './bench/runner.ts'
import { makeSubjects, type SubjectName } from './bench/subjects.ts'
import { createCaller } from './build/rehearsal/caller.ts'
import { startDependencies } from './build/rehearsal/dependencies.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { nodeOption } from './command-line/node-option.ts'
import { flag, wholeNumber } from './command-line/options.ts'

const { values } = readCommandLine({
  name: 'bench',
  about: `Measures time and memory of the built function, as ratios to an empty function and to the floor, all in
one interleaved run. It builds first, and takes two or three minutes; the machine should be idle.
Exit status 1 if a target is missed.`,
  options: {
    runs: wholeNumber('starts of each function', { min: 1, max: 1000, default: 15 }),
    node: nodeOption,
    python: flag(
      'also compares with a Python function; it needs Python 3 with venv, and installs 250 MB once',
    ),
    publish: flag('updates docs/performance/ instead of reports/bench/'),
    busy: flag('keeps both CPUs busy meanwhile; writes busy.json and no plots'),
    markdown: flag(
      "measures nothing; prints the README's table from bench.json and busy.json in docs/performance/",
    ),
  },
})
const { runs, node, python, publish, busy, markdown } = values
if (markdown) {
  const [quietRows, busyRows] = ['bench', 'busy'].map((name) => readRows(name))
  console.log(targetTable(quietRows ?? [], busyRows ?? []))
  process.exit(0)
}
buildFirst()
for (let load = busy ? 2 : 0; load > 0; load -= 1) {
  const busyLoop = spawn(node, ['--eval', 'for (;;);'], { stdio: 'ignore' })
  busyLoop.unref()
  atExit(() => busyLoop.kill('SIGKILL'))
}

function readRows(name: string): readonly Row[] {
  const text = readFileSync(`docs/performance/${name}.json`, 'utf8')
  return (JSON.parse(text) as { readonly rows: readonly Row[] }).rows
}

const startedAt = performance.now()
function progress(text: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`)
}

/** Bytes of all files in `dist/` except compiled code and maps. */
function distBytes(): number {
  return readdirSync('dist', { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(map|compiled)$/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const principal = await createResourcePrincipal()
const caller = createCaller()
const dependencies = await startDependencies(caller.jwks)
const tokens = await Promise.all(Array.from({ length: 500 }, () => caller.token()))
let calls = 0
const bench: Bench = {
  dependencies,
  subjects: await makeSubjects({
    node,
    withPython: python,
    dependencies: dependencies.url,
    principal: principal.environment,
    folder,
  }),
  payload: (name) => {
    calls += 1
    // With a cache, the same hundred callers call again and again.
    const caller = name.includes('cached') ? calls % 100 : calls
    const jwt = name.endsWith('JWT') ? tokens[calls % tokens.length] : undefined
    const token = jwt ?? `opaque-${'x'.repeat(800)}-${caller}`
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
progress('cold and the next 99 decisions, a full CPU, dependencies at 0 ms')
const whole = await measureCold(bench, [...COLD, 'Python'], {
  runs,
  delayMilliseconds: 0,
  decisions: 100,
})
progress('cold, a full CPU, dependencies at 50 ms')
const late = await measureCold(bench, COLD.slice(1), { runs, delayMilliseconds: 50 })
const group = cpuGroup(0.25)
progress(group ? 'cold, a quarter of a CPU' : 'no control groups: a quarter of a CPU is skipped')
const quarter = group
  ? await measureCold(bench, COLD, { runs, delayMilliseconds: 0, group })
  : new Map<never, never>()
group?.remove()
progress('warm')
const warm = await measureWarm(
  bench,
  [
    'empty',
    'axios call',
    'authorizer, introspection',
    'authorizer, introspection cached for 60 s',
    'authorizer, JWT',
  ],
  3_000,
  1_500,
)
progress('memory')
const memory = await measureMemory(
  bench,
  ['empty', 'Python', 'authorizer, introspection', 'authorizer, JWT'],
  15_000,
)
dependencies.close()
principal.remove()
rmSync(folder, { recursive: true })

const version = execFileSync(node, ['--version']).toString().trim()
const rows = rowsOf({ whole, late, quarter, warm, memory, distBytes: distBytes() })
progress('done')
console.log(`\n${tableOf(rows)}`)

const output = publish ? 'docs/performance' : 'reports/bench'
mkdirSync(output, { recursive: true })
const name = busy ? 'busy' : 'bench'
writeFileSync(join(output, `${name}.json`), `${JSON.stringify({ version, runs, rows }, null, 2)}\n`)
for (const plot of busy ? [] : (['cold', 'warm'] as const)) {
  const shown = rows.filter((row) => row.plot === plot)
  writeFileSync(join(output, `${plot}.svg`), barPlot(`${plot} (Node ${version})`, shown))
}
console.log(`written to ${output}/${name}.json`)
process.exitCode = rows.every(({ isMet }) => isMet !== false) ? 0 : 1
