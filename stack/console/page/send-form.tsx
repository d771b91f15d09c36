import { useState } from 'preact/hooks'
import type { CallerChoice, Choice, ConsoleState, RouteChoice } from './api.ts'
import { Field, Select, TextArea } from './fields.tsx'
import { useAction } from './use-action.tsx'

/** A path for a route's template. */
function example({ path }: RouteChoice): string {
  return path.replaceAll(/\{[^}]*\}/g, 'hello')
}

function withVerdict({ id, label, verdict }: CallerChoice): Choice {
  return verdict === null || verdict.outcome === 'permit'
    ? { id, label }
    : { id, label: `${label} (refused: ${verdict.reason})` }
}

function Verdict({ caller }: { readonly caller: CallerChoice | undefined }) {
  const verdict = caller?.verdict
  if (verdict === null || verdict === undefined) return null
  return (
    <p class="sub" role="status">
      {verdict.outcome === 'permit'
        ? 'The running configuration accepts this caller.'
        : `The running configuration refuses this caller: ${verdict.meaning} ${verdict.remedy}`.replaceAll(
            '`',
            '',
          )}
    </p>
  )
}

export function SendForm({ state }: { readonly state: ConsoleState }) {
  const routes = state.routes.flatMap((route) =>
    route.methods.map((method) => ({
      id: `${method} ${example(route)}`,
      label: `${method} ${route.path}${route.note === '' ? '' : ` (${route.note})`}`,
    })),
  )
  const usual = routes.find(({ id }) => id.includes('echo')) ?? routes[0]
  const accepted = state.callers.find(({ verdict }) => verdict?.outcome === 'permit')
  const [caller, setCaller] = useState((accepted ?? state.callers[0])?.id ?? '')
  const [defect, setDefect] = useState('none')
  const [route, setRoute] = useState(usual?.id ?? '')
  const [path, setPath] = useState((usual?.id ?? '').split(' ')[1] ?? '')
  const [token, setToken] = useState('')
  const { run, isRunning, problem } = useAction()
  const method = route.split(' ')[0] ?? 'GET'
  return (
    <form
      class="card"
      aria-labelledby="send"
      onSubmit={(event) => {
        event.preventDefault()
        run('send', { caller, defect, method, path, token })
      }}
    >
      <h2 id="send">Send a call</h2>
      <Select
        label="Who calls"
        choices={state.callers.map(withVerdict)}
        value={caller}
        onChange={setCaller}
      />
      <Verdict caller={state.callers.find(({ id }) => id === caller)} />
      {caller === 'own' && (
        <TextArea label="Your token" rows={3} value={token} onInput={setToken} />
      )}
      {caller !== 'nobody' && (
        <Select
          label="What is wrong with the token"
          choices={state.defects}
          value={defect}
          onChange={setDefect}
        />
      )}
      <Select
        label="Route"
        choices={routes}
        value={route}
        onChange={(next) => {
          setRoute(next)
          setPath(next.split(' ')[1] ?? '')
        }}
      />
      <Field label="Path">
        {(id) => (
          <input
            id={id}
            required
            spellcheck={false}
            value={path}
            onInput={(event) => {
              setPath(event.currentTarget.value)
            }}
          />
        )}
      </Field>
      {problem}
      <p class="buttons">
        <button class="primary" type="submit" disabled={isRunning}>
          {isRunning ? 'Sending …' : 'Send'}
        </button>
      </p>
    </form>
  )
}
