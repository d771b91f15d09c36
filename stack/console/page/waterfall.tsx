import type { Hop, RecordedCall } from './api.ts'

export function Waterfall({ call }: { readonly call: RecordedCall }) {
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

/** SVG, because the page allows no inline styles. */
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
