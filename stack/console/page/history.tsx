import type { RecordedCall } from './api.ts'
import { Table } from './table.tsx'

interface Props {
  readonly calls: readonly RecordedCall[]
  readonly selected: number | undefined
  readonly onSelect: (id: number) => void
}

export function History({ calls, selected, onSelect }: Props) {
  if (calls.length === 0) return null
  return (
    <section class="card" aria-labelledby="history">
      <h2 id="history">History</h2>
      <Table label="Calls" columns={['Call', 'Time', 'Request', 'Sent', 'Status', 'Reason', 'ms']}>
        {calls.map((call) => (
          <tr key={call.id} class={call.id === selected ? 'selected' : ''}>
            <td>
              <button
                type="button"
                class="link"
                aria-pressed={call.id === selected}
                aria-label={`Show call ${call.id}`}
                onClick={() => {
                  onSelect(call.id)
                }}
              >
                {call.id}
              </button>
            </td>
            <td>{new Date(call.startedAt).toLocaleTimeString('en-GB')}</td>
            <td>
              <code>
                {call.method} {call.target}
              </code>
            </td>
            <td>{call.sent ?? 'from elsewhere'}</td>
            <td>
              <span class={`status ${call.explanation.outcome}`}>{call.status ?? '–'}</span>
            </td>
            <td>
              <code>{call.explanation.reason}</code>
            </td>
            <td class="number">{Math.round(call.durationMilliseconds)}</td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
