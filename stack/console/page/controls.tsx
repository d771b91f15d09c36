import type { ConsoleState } from './api.ts'
import { Select } from './fields.tsx'
import { FunctionPanel } from './function-panel.tsx'
import { Rotations } from './rotations.tsx'
import { SendForm } from './send-form.tsx'
import { useAction } from './use-action.tsx'

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
