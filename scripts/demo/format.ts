/** Formats stories for a terminal. */
import colors from 'picocolors'
import type { Observation } from './observe.ts'
import type { Expectation, Story } from './story.ts'

export interface PlayedStory {
  readonly story: Story
  readonly seen: Observation
}

/** Where the outcome differs from the expected one. */
export function differences({ story: { expected }, seen }: PlayedStory): readonly string[] {
  const actual: Expectation = {
    status: seen.status,
    decision: reasonOf(seen),
    oicSees: seen.oicCaller ?? 'nobody',
    oicTokenRequests: seen.oicTokenRequests === 0 ? 0 : 1,
  }
  return (Object.keys(expected) as (keyof Expectation)[])
    .filter((name) => actual[name] !== expected[name])
    .map((name) => `${name}: expected ${expected[name]}, got ${actual[name]}`)
}

function reasonOf({ decision }: Observation): string {
  return decision === undefined ? 'not called' : String(decision['reason'])
}

/** The request, the decision and its reason, the caller at Oracle Integration, and the answer. */
export function formatStory(played: PlayedStory, number: number): string {
  const { story, seen } = played
  const wrong = differences(played)
  return [
    colors.bold(`${number}. ${story.title}`),
    row('caller sends', story.sends),
    row('function decides', formatDecision(seen)),
    row('OIC sees', seen.oicCaller ?? 'nothing'),
    row('caller gets', formatAnswer(seen)),
    ...wrong.map((difference) => colors.red(`   ✗ ${difference}`)),
    '',
  ].join('\n')
}

function row(label: string, text: string): string {
  return `   ${colors.dim(label.padEnd(16))}  ${text}`
}

function formatDecision(seen: Observation): string {
  const { decision } = seen
  if (decision === undefined) return 'nothing: it is not called'
  const outcome = String(decision['outcome'])
  const why = [decision['reason'], decision['detail']].filter((word) => typeof word === 'string')
  const source = seen.oicTokenRequests > 0 ? 'fetched' : 'cached'
  const tokens = outcome === 'permit' ? `; token for OIC ${source}` : ''
  return `${paint(outcome)} (${why.join(', ')}${tokens})`
}

function paint(outcome: string): string {
  if (outcome === 'permit') return colors.green(outcome)
  return outcome === 'deny' ? colors.yellow(outcome) : colors.red(outcome)
}

function formatAnswer({ status, challenge }: Observation): string {
  return challenge === null ? String(status) : `${status}, WWW-Authenticate: ${challenge}`
}

/** The table at the end. */
export function formatSummary(stories: readonly PlayedStory[]): string {
  const lines = stories.map((played, index) => {
    const good = differences(played).length === 0
    const mark = good ? colors.green('✓') : colors.red('✗')
    const { seen, story } = played
    const number = String(index + 1).padStart(2)
    return ` ${mark} ${number}  ${seen.status}  ${reasonOf(seen).padEnd(26)} ${story.title}`
  })
  const good = stories.filter((played) => differences(played).length === 0).length
  const verdict = `${good} of ${stories.length} stories ended as expected`
  const paintVerdict = good === stories.length ? colors.green : colors.red
  return [
    colors.bold('   no  got  reason                     story'),
    ...lines,
    '',
    paintVerdict(verdict),
  ].join('\n')
}
