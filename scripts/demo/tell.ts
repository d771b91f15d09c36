/** Prints stories on a terminal. */
import colors from 'picocolors'
import type { Observation } from './observe.ts'
import type { Expectation, Story } from './story.ts'

export interface Telling {
  readonly story: Story
  readonly seen: Observation
}

/** What came of the story that was not to come of it; empty when all is as expected. */
export function differences({ story: { expected }, seen }: Telling): readonly string[] {
  const actual: Expectation = {
    status: seen.status,
    decision: reasonOf(seen),
    oicSees: seen.oicCaller ?? 'nobody',
    oicTokenRequests: seen.oicTokenRequests === 0 ? 0 : 1,
  }
  return (Object.keys(expected) as (keyof Expectation)[])
    .filter((name) => actual[name] !== expected[name])
    .map((name) => `${name}: expected ${expected[name]}, saw ${actual[name]}`)
}

function reasonOf({ decision }: Observation): string {
  return decision === undefined ? 'not asked' : String(decision['reason'])
}

/** One short block: who sent what, what was decided and why, what Oracle Integration saw, what came back. */
export function tellStory(telling: Telling, number: number): string {
  const { story, seen } = telling
  const wrong = differences(telling)
  return [
    colors.bold(`${number}. ${story.title}`),
    row('caller sends', story.sends),
    row('function decides', tellDecision(seen)),
    row('OIC sees', seen.oicCaller ?? 'nothing'),
    row('caller gets', tellAnswer(seen)),
    ...wrong.map((difference) => colors.red(`   ✗ ${difference}`)),
    '',
  ].join('\n')
}

function row(label: string, text: string): string {
  return `   ${colors.dim(label.padEnd(16))}  ${text}`
}

function tellDecision(seen: Observation): string {
  const { decision } = seen
  if (decision === undefined) return 'nothing: it was not asked'
  const outcome = String(decision['outcome'])
  const why = [decision['reason'], decision['detail']].filter((word) => typeof word === 'string')
  const tokens =
    outcome !== 'permit'
      ? ''
      : `; token for OIC ${seen.oicTokenRequests > 0 ? 'fetched' : 'at hand'}`
  return `${paint(outcome)} (${why.join(', ')}${tokens})`
}

function paint(outcome: string): string {
  switch (outcome) {
    case 'permit':
      return colors.green(outcome)
    case 'deny':
      return colors.yellow(outcome)
    default:
      return colors.red(outcome)
  }
}

function tellAnswer({ status, challenge }: Observation): string {
  return challenge === null ? String(status) : `${status}, WWW-Authenticate: ${challenge}`
}

/** The table at the end. */
export function tellSummary(tellings: readonly Telling[]): string {
  const lines = tellings.map((telling, index) => {
    const good = differences(telling).length === 0
    const mark = good ? colors.green('✓') : colors.red('✗')
    const { seen, story } = telling
    const number = String(index + 1).padStart(2)
    return ` ${mark} ${number}  ${seen.status}  ${reasonOf(seen).padEnd(26)} ${story.title}`
  })
  const good = tellings.filter((telling) => differences(telling).length === 0).length
  const verdict = `${good} of ${tellings.length} stories ended as they should`
  const paintVerdict = good === tellings.length ? colors.green : colors.red
  return [
    colors.bold('   no  got  reason                     story'),
    ...lines,
    '',
    paintVerdict(verdict),
  ].join('\n')
}
