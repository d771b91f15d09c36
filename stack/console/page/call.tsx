import type { RecordedCall } from './api.ts'
import { Checks } from './checks.tsx'
import { Logs, Tokens } from './records.tsx'
import { Waterfall } from './waterfall.tsx'

const OUTCOMES = {
  permit: 'Permitted',
  deny: 'Denied',
  fault: 'Fault',
  gateway: 'Decided by the gateway',
} as const

export function CallDetails({ call }: { readonly call: RecordedCall }) {
  const { explanation, status } = call
  const hasFailed =
    call.checks?.checks.some(({ name, ok }) => !ok && name !== 'issuer_choice') === true
  const isRefused = explanation.outcome === 'permit' && (status ?? 0) >= 400
  return (
    <>
      <section class={`card verdict ${isRefused ? 'deny' : explanation.outcome}`}>
        <div class="verdict-head">
          <p class="big">{status ?? '–'}</p>
          <div>
            <h2>
              {OUTCOMES[explanation.outcome]}
              {explanation.reason !== 'permitted' && (
                <>
                  : <code>{explanation.reason}</code>
                </>
              )}
            </h2>
            <p class="sub">
              <code>
                {call.method} {call.target}
              </code>{' '}
              · {call.sent ?? 'sent from elsewhere'} · {call.durationMilliseconds} ms
            </p>
          </div>
        </div>
        <p>{code(explanation.meaning)}</p>
        {explanation.remedy !== '' && (
          <p>
            <b>What to do:</b> {code(explanation.remedy)}
          </p>
        )}
        {call.faults.length > 0 && (
          <p class="sub">
            Fault during this call: {call.faults.join('; ')}. Refused connections are not among the
            steps.
          </p>
        )}
        <Facts call={call} />
      </section>
      {hasFailed && <Checks call={call} />}
      <Waterfall call={call} />
      {!hasFailed && <Checks call={call} />}
      <Tokens call={call} />
      <Logs call={call} />
    </>
  )
}

/** The tables of reasons mark code with backticks. */
function code(text: string) {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))
}

function Facts({ call }: { readonly call: RecordedCall }) {
  const { decision, oicSaw, hops } = call
  const field = (name: string): string | undefined => {
    const value = decision?.[name]
    return typeof value === 'string' ? value : undefined
  }
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Oracle Integration saw', oicSaw === null ? 'nothing' : `${oicSaw.caller} → ${oicSaw.status}`],
    ['Issuer', field('issuer')],
    ['Client', field('client_id') ?? field('claimed_client_id')],
    ['Backend', field('backend')],
    ['Caller cache', field('caller_cache')],
    [
      'Backend credential',
      field('back_end_cache') === 'hit'
        ? 'from the cache'
        : field('back_end_cache') === 'miss'
          ? 'fetched now'
          : undefined,
    ],
    ['Instance', hops.some(({ note }) => note === 'cold start') ? 'cold start' : undefined],
    ['Secret', field('secret')],
    ['Detail', field('detail')],
    ['Hint', field('hint')],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
