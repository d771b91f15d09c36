/** What the lines of the function's log mean. */
import { isJsonObject, member, type JsonObject } from '../../src/platform/json.ts'
import { escaped } from '../../src/platform/printable.ts'
import { explainReason } from './reason.ts'
import { shown } from './shown.ts'

export interface ExplainedLine {
  readonly time: string | null
  readonly event: string
  readonly outcome: string | null
  readonly reason: string | null
  readonly meaning: string
  readonly remedy: string
  readonly responsible: string | null
  /** The line itself, as it was logged. */
  readonly line: JsonObject
}

export function explainLine(line: JsonObject): readonly ExplainedLine[] {
  const event = textOf(line, 'event') ?? ''
  const common = { time: textOf(line, 'time'), event, outcome: textOf(line, 'outcome'), line }
  if (event === 'decision') {
    const reason = textOf(line, 'reason')
    const text = explainReason(reason ?? '')
    return [
      {
        ...common,
        reason,
        meaning: text?.meaning ?? 'This is not a reason of this version of the function.',
        remedy: text?.remedy ?? 'Compare the versions of the function and of this command.',
        responsible: text?.responsible ?? null,
      },
    ]
  }
  if (event === 'warning') {
    return [
      {
        ...common,
        reason: textOf(line, 'reason'),
        meaning: textOf(line, 'meaning') ?? '',
        remedy: textOf(line, 'remedy') ?? '',
        responsible: null,
      },
    ]
  }
  const list = member(line, event === 'config_invalid' ? 'problems' : 'warnings')
  return (Array.isArray(list) ? list.filter(isJsonObject) : []).map((each) => ({
    ...common,
    reason: textOf(each, 'key'),
    meaning: `${textOf(each, 'key') ?? ''} ${textOf(each, 'problem') ?? ''}`,
    remedy: textOf(each, 'remedy') ?? '',
    responsible: 'configuration',
  }))
}

function textOf(object: JsonObject, name: string): string | null {
  const value = member(object, name)
  return typeof value === 'string' ? value : null
}

/** The members that say more about a decision, in this order. */
const CIRCUMSTANCES = ['issuer', 'client_id', 'claimed_client_id', 'backend', 'secret']
const EVIDENCE = ['expected', 'actual', 'detail', 'hint', 'call_id', 'token_fingerprint']

/** Lines that differ only in time and call are printed once, with their number. */
export function toLogText(explained: readonly ExplainedLine[]): string {
  const groups = new Map<string, ExplainedLine[]>()
  for (const each of explained) {
    const key = JSON.stringify([each.event, each.reason, each.meaning, member(each.line, 'issuer')])
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()].map(groupText).join('\n')
}

function groupText(group: readonly ExplainedLine[]): string {
  const [first] = group
  if (first === undefined) return ''
  const last = group.at(-1) ?? first
  const { event, outcome, reason, meaning, remedy, responsible } = first
  const count = group.length === 1 ? '' : ` × ${group.length}, the last at ${last.time ?? '?'}`
  const words = [...CIRCUMSTANCES, ...EVIDENCE].flatMap((name) => {
    const value = member(last.line, name)
    return value === null || value === undefined ? [] : [`${name} ${shown(value)}`]
  })
  return [
    `${first.time ?? ''}  ${outcome ?? event}: ${escaped(reason ?? '')}${count}`,
    `  ${escaped(meaning)}`,
    ...(remedy === '' ? [] : [`  ${responsible === null ? '' : `${responsible}: `}${remedy}`]),
    ...(words.length === 0 ? [] : [`  (${words.join(', ')})`]),
    '',
  ].join('\n')
}
