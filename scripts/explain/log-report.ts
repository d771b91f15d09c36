/** Explains lines of the function's log. */
import { isJsonObject, member, stringMember, type JsonObject } from '../../src/platform/json.ts'
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
  const reason = textOf(line, 'reason')
  const common = { time: textOf(line, 'time'), event, outcome: textOf(line, 'outcome'), line }
  if (event === 'decision') {
    const text = explainReason(reason ?? '') ?? UNKNOWN_REASON
    return [{ ...common, ...text, reason, responsible: text.responsible ?? null }]
  }
  if (event === 'warning') {
    const [meaning, remedy] = [textOf(line, 'meaning') ?? '', textOf(line, 'remedy') ?? '']
    return [{ ...common, reason, meaning, remedy, responsible: null }]
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

const UNKNOWN_REASON = {
  meaning: 'This is not a reason of this version of the function.',
  remedy: 'Compare the versions of the function and of this command.',
  responsible: undefined,
}

function textOf(object: JsonObject, name: string): string | null {
  return stringMember(object, name) ?? null
}

/** The members with details of a decision, in this order. */
const DETAILS = [
  ...['issuer', 'client_id', 'claimed_client_id', 'backend', 'secret'],
  ...['expected', 'actual', 'detail', 'hint', 'call_id', 'token_fingerprint'],
]

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
  const words = DETAILS.flatMap((name) => {
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
