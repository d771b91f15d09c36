import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { post, type CallerChoice, type Choice, type ConsoleState, type RouteChoice } from './api.ts'

interface Props {
  readonly state: ConsoleState
}

export function Controls({ state }: Props) {
  return (
    <aside aria-label="Controls">
      <SendForm state={state} />
      <Faults state={state} />
      <Rotations state={state} />
      <FunctionPanel state={state} />
    </aside>
  )
}

/** Runs an action and keeps its failure for the user. */
function useAction() {
  const [problem, setProblem] = useState('')
  const [isRunning, setRunning] = useState(false)
  const run = (
    path: string,
    fields: Readonly<Record<string, unknown>>,
    then?: (answer: Record<string, unknown>) => void,
  ) => {
    setRunning(true)
    setProblem('')
    post(path, fields)
      .then(then)
      .catch((error: unknown) => {
        setProblem(error instanceof Error ? error.message : String(error))
      })
      .finally(() => {
        setRunning(false)
      })
  }
  return {
    run,
    isRunning,
    problem:
      problem === '' ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      ),
  }
}

interface FieldProps {
  readonly label: string
  readonly children: (id: string) => ComponentChildren
}

/** The label stands beside its control: around a list, its name would have all the options in it. */
function Field({ label, children }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  )
}

interface SelectProps {
  readonly label: string
  readonly choices: readonly Choice[]
  readonly value: string
  readonly onChange: (value: string) => void
}

function Select({ label, choices, value, onChange }: SelectProps) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value)
          }}
        >
          {choices.map(({ id: choice, label: text }) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

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

function SendForm({ state }: Props) {
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
        <Field label="Your token">
          {(id) => (
            <textarea
              id={id}
              rows={3}
              required
              spellcheck={false}
              value={token}
              onInput={(event) => {
                setToken(event.currentTarget.value)
              }}
            />
          )}
        </Field>
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

function Faults({ state }: Props) {
  const { run, problem } = useAction()
  const choices = [{ id: '', label: 'works' }, ...state.faults]
  return (
    <section class="card" aria-labelledby="faults">
      <h2 id="faults">What if it fails</h2>
      {state.servers.map(({ name, fault }) => (
        <div key={name} class={fault === null ? 'row' : 'row faulty'}>
          <Select
            label={name}
            choices={choices}
            value={fault ?? ''}
            onChange={(next) => {
              run('fault', { server: name, fault: next })
            }}
          />
        </div>
      ))}
      {problem}
    </section>
  )
}

function Rotations({ state }: Props) {
  const [key, setKey] = useState(state.keys[0]?.id ?? '')
  const [secret, setSecret] = useState(state.secrets[0]?.id ?? '')
  const [where, setWhere] = useState('both')
  const [done, setDone] = useState('')
  const { run, problem } = useAction()
  return (
    <section class="card" aria-labelledby="rotations">
      <h2 id="rotations">Rotate</h2>
      <Select label="Signing key of" choices={state.keys} value={key} onChange={setKey} />
      <p class="buttons">
        <button
          type="button"
          onClick={() => {
            run('rotate-key', { key }, () => {
              setDone(`${key} has a new signing key.`)
            })
          }}
        >
          Rotate the key
        </button>
      </p>
      {state.secrets.length > 0 && (
        <>
          <Select
            label="Client secret of"
            choices={state.secrets}
            value={secret}
            onChange={setSecret}
          />
          <Select
            label="Where"
            value={where}
            onChange={setWhere}
            choices={[
              { id: 'both', label: 'at the provider and in Vault' },
              { id: 'provider', label: 'at the provider only' },
              { id: 'vault', label: 'in Vault only' },
            ]}
          />
          <p class="buttons">
            <button
              type="button"
              onClick={() => {
                run('rotate-secret', { secret, where }, () => {
                  setDone(`${secret} has a new secret.`)
                })
              }}
            >
              Rotate the secret
            </button>
          </p>
        </>
      )}
      {problem}
      <p class="sub" role="status">
        {done}
      </p>
    </section>
  )
}

function FunctionPanel({ state }: Props) {
  const [configuration, setConfiguration] = useState<string>()
  const [report, setReport] = useState('')
  const { run, isRunning, problem } = useAction()
  const running = state.instances.map(({ number, state: how }) => `${number} ${how}`).join(', ')
  const control = (label: string, action: string) => (
    <button
      type="button"
      onClick={() => {
        run('function', { action })
      }}
    >
      {label}
    </button>
  )
  return (
    <section class="card" aria-labelledby="function">
      <h2 id="function">Function and caches</h2>
      <p class="sub">Instances: {running === '' ? 'none' : running}</p>
      <p class="buttons">
        {control('Freeze', 'freeze')}
        {control('Thaw', 'thaw')}
        {control('Restart', 'restart')}
        <button
          type="button"
          onClick={() => {
            run('clear-cache', {})
          }}
        >
          Clear the gateway’s cache
        </button>
      </p>
      <details>
        <summary>Configuration</summary>
        <Field label="Flat keys, one key=value a line, or the JSON document">
          {(id) => (
            <textarea
              id={id}
              rows={12}
              spellcheck={false}
              value={configuration ?? state.configuration}
              onInput={(event) => {
                setConfiguration(event.currentTarget.value)
              }}
            />
          )}
        </Field>
        <p class="buttons">
          <button
            type="button"
            disabled={isRunning}
            onClick={() => {
              run(
                'configuration',
                { configuration: configuration ?? state.configuration },
                (answer) => {
                  setReport(String(answer['report']))
                  setConfiguration(undefined)
                },
              )
            }}
          >
            Check and apply
          </button>
        </p>
        {report !== '' && (
          <pre tabIndex={0} role="status">
            {report}
          </pre>
        )}
      </details>
      {problem}
    </section>
  )
}
