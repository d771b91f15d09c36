import type { RecordedCall } from './api.ts'
import { Table } from './table.tsx'

export function Checks({ call: { checks, decision } }: { readonly call: RecordedCall }) {
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
      <Table label="All checks" columns={['Check', 'Expected', 'Actual', 'Result']}>
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
      </Table>
    </section>
  )
}

type Check = NonNullable<RecordedCall['checks']>['checks'][number]

function resultOf({ name, ok, reason }: Check) {
  if (name === 'issuer_choice') return ok ? 'chosen' : 'not chosen'
  if (ok) return '✓ ok'
  return <>✗ {reason === null ? 'failed' : <code>{reason}</code>}</>
}
