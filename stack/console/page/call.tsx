import { useState } from 'preact/hooks'
import type { Hop, RecordedCall } from './api.ts'

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

function Checks({ call: { checks, decision } }: { readonly call: RecordedCall }) {
  if (checks === null) return null
  const differs = decision?.['outcome'] !== 'fault' && decision?.['reason'] !== checks.reason
  return (
    <section class="card" aria-labelledby="checks">
      <h2 id="checks">Checks</h2>
      <p class="sub">
        The function’s own checks, run again on this call just after it
        {differs ? (
          <>
            , with another result: <code>{checks.reason}</code>. Something changed in between, or a
            cache answered.
          </>
        ) : (
          '.'
        )}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="All checks">
        <table>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Expected</th>
              <th scope="col">Actual</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {checks.checks.map((check, index) => (
              <tr key={index}>
                <td>
                  <code>{check.name}</code>
                  {check.issuer === null ? '' : ` (${check.issuer})`}
                </td>
                <td>{check.expected}</td>
                <td>{check.actual}</td>
                <td>{resultOf(check)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

type Check = NonNullable<RecordedCall['checks']>['checks'][number]

function resultOf({ name, ok, reason }: Check) {
  if (name === 'issuer_choice') return ok ? 'asked' : 'not asked'
  if (ok) return '✓ ok'
  return <>✗ {reason === null ? 'failed' : <code>{reason}</code>}</>
}

function Waterfall({ call }: { readonly call: RecordedCall }) {
  const total = Math.max(call.durationMilliseconds, 1)
  return (
    <section class="card" aria-labelledby="steps">
      <h2 id="steps">Steps</h2>
      {call.overlaps.length > 0 && (
        <p class="sub">
          At the same time: {call.overlaps.join(', ')}. Steps are assigned by the request ID or by
          the caller’s token; those marked “shared” may belong to another of these calls.
        </p>
      )}
      <ol class="waterfall">
        {call.hops.map((hop, index) => (
          <li key={index}>
            <details>
              <summary>
                <span class="party">{hop.party}</span>
                <span class="title">
                  {hop.title}
                  {hop.note === null ? '' : ` · ${hop.note}`}
                  {hop.isShared ? ' · shared' : ''}
                </span>
                <Bar hop={hop} total={total} />
                <span class="time">
                  {hop.durationMilliseconds === null
                    ? 'no answer'
                    : `${hop.durationMilliseconds} ms`}
                </span>
                <span class={`status ${statusClass(hop.status)}`}>{hop.status ?? '–'}</span>
              </summary>
              <div class="exchange">
                <Message title="Request" {...hop.request} />
                <Message title="Answer" line={`Status ${hop.status ?? 'none'}`} {...hop.response} />
              </div>
            </details>
          </li>
        ))}
      </ol>
    </section>
  )
}

function statusClass(status: number | null): string {
  if (status === null || status >= 500) return 'fault'
  return status >= 400 ? 'deny' : 'permit'
}

/** SVG, as the page allows no inline styles. */
function Bar({ hop, total }: { readonly hop: Hop; readonly total: number }) {
  const start = Math.min((100 * hop.startMilliseconds) / total, 99)
  const duration = hop.durationMilliseconds ?? total - hop.startMilliseconds
  const width = Math.min(Math.max((100 * duration) / total, 0.8), 100 - start)
  return (
    <svg
      class={`bar ${statusClass(hop.status)}`}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <rect class="track" x="0" y="4.5" width="100" height="1" />
      <rect class="span" x={start} y="0" width={width} height="10" rx="0.6" />
    </svg>
  )
}

interface MessageProps {
  readonly title: string
  readonly line: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

function Message({ title, line, headers, body }: MessageProps) {
  return (
    <div>
      <h3>{title}</h3>
      <pre tabIndex={0}>
        {[line, ...headers.map(([name, value]) => `${name}: ${value}`), '', pretty(body)]
          .join('\n')
          .trimEnd()}
      </pre>
    </div>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body.replaceAll('&', '\n&')
  }
}

function Tokens({ call }: { readonly call: RecordedCall }) {
  if (call.tokens.length === 0) return null
  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      <p class="sub">Decoded; signatures are not shown.</p>
      <div class="tokens">
        {call.tokens.map(({ id, header, claims }) => (
          <details key={id}>
            <summary>
              <code>{id}</code> {describe(claims)}
            </summary>
            <p class="sub">
              In:{' '}
              {call.hops
                .filter((hop) => hop.tokens.includes(id))
                .map((hop) => hop.party)
                .join(', ')}
            </p>
            <pre tabIndex={0}>{JSON.stringify(header, null, 2)}</pre>
            <pre tabIndex={0}>{JSON.stringify(claims, null, 2)}</pre>
            {times(claims)}
          </details>
        ))}
      </div>
    </section>
  )
}

function describe(claims: unknown): string {
  const { sub, aud } = (claims ?? {}) as { sub?: unknown; aud?: unknown }
  return `${text(sub)} for ${text(aud)}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'nobody' : JSON.stringify(value)
}

function times(claims: unknown) {
  const values = (claims ?? {}) as Readonly<Record<string, unknown>>
  const shown = ['iat', 'nbf', 'exp'].flatMap((name) => {
    const value = values[name]
    return typeof value === 'number' ? [`${name} ${new Date(value * 1000).toISOString()}`] : []
  })
  return shown.length === 0 ? null : <p class="sub">{shown.join(' · ')}</p>
}

function Logs({ call }: { readonly call: RecordedCall }) {
  const [copied, setCopied] = useState(false)
  const json = JSON.stringify(call, null, 2)
  return (
    <section class="card" aria-labelledby="records">
      <h2 id="records">Records</h2>
      <details>
        <summary>The function’s log</summary>
        <pre tabIndex={0}>{call.functionLog.join('\n') || 'nothing'}</pre>
      </details>
      <details>
        <summary>The gateway’s execution log</summary>
        <pre tabIndex={0}>{call.gatewayLog.join('\n') || 'nothing'}</pre>
      </details>
      <details>
        <summary>All of it as JSON</summary>
        <p class="sub">
          Also at <code>/api/calls/{call.id}</code>, with the token as{' '}
          <code>Authorization: Bearer</code>.
        </p>
        <button
          type="button"
          onClick={() => {
            void navigator.clipboard.writeText(json).then(() => {
              setCopied(true)
            })
          }}
        >
          {copied ? 'Copied' : 'Copy'}
        </button>
        <pre tabIndex={0}>{json}</pre>
      </details>
    </section>
  )
}
