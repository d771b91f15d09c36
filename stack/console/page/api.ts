/** The client of the console's server: JSON below /api, and events. */
import type { ConsoleState } from '../state.ts'
import type { RecordedCall } from '../recorded-call.ts'

export type { CallerChoice, Choice, ConsoleState, RouteChoice } from '../state.ts'
export type { Hop, RecordedCall } from '../recorded-call.ts'

/** Stores the token for a reload, and removes it from the URL, so that it is not copied with it. */
function takeToken(): string {
  const given = location.hash.slice(1)
  if (given !== '') {
    sessionStorage.setItem('token', given)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem('token') ?? ''
}

const authorization = `Bearer ${takeToken()}`

/** Throws an `Error` whose message is for the user. */
export async function post(path: string, fields: Readonly<Record<string, unknown>>) {
  const response = await fetch(`/api/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  const answer = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(String(answer['error']))
  return answer
}

export interface Events {
  state(state: ConsoleState): void
  calls(calls: readonly RecordedCall[]): void
  call(call: RecordedCall): void
  update(call: RecordedCall): void
  connection(problem: string | undefined): void
}

const RETRY_MILLISECONDS = 2000

/** `EventSource` cannot send the token; this reads the same format. */
export async function follow(events: Events): Promise<never> {
  for (;;) {
    try {
      const response = await fetch('/api/events', { headers: { authorization } })
      if (response.status === 401) {
        events.connection('Open the address that npm start prints: it has the token.')
      } else if (response.ok && response.body !== null) {
        events.connection(undefined)
        await readEvents(response.body, events)
        events.connection('The stack has stopped.')
      }
    } catch {
      events.connection('The stack has stopped.')
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, events: Events): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>
  let unread = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    unread += value
    const complete = unread.split('\n\n')
    unread = complete.pop() ?? ''
    for (const event of complete) dispatch(event, events)
  }
}

function dispatch(text: string, events: Events): void {
  const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(text) ?? []
  if (data === undefined) return
  events[name as keyof Events](JSON.parse(data) as never)
}
