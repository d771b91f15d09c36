/** Tokens and logs of a call. */
import { useState } from 'preact/hooks'
import type { RecordedCall } from './api.ts'
import { Button } from './fields.tsx'

export function Tokens({ call }: { readonly call: RecordedCall }) {
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

export function Logs({ call }: { readonly call: RecordedCall }) {
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
        <Button
          label={copied ? 'Copied' : 'Copy'}
          onClick={() => {
            void navigator.clipboard.writeText(json).then(() => {
              setCopied(true)
            })
          }}
        />
        <pre tabIndex={0}>{json}</pre>
      </details>
    </section>
  )
}
