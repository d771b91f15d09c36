import { useState } from 'preact/hooks'
import type { ConsoleState } from './api.ts'
import { Button, Select } from './fields.tsx'
import { useAction } from './use-action.tsx'

export function Rotations({ state }: { readonly state: ConsoleState }) {
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
        <Button
          label="Rotate the key"
          onClick={() => {
            run('rotate-key', { key }, () => {
              setDone(`${key} has a new signing key.`)
            })
          }}
        />
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
            <Button
              label="Rotate the secret"
              onClick={() => {
                run('rotate-secret', { secret, where }, () => {
                  setDone(`${secret} has a new secret.`)
                })
              }}
            />
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
