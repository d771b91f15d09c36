import { useState } from 'preact/hooks'
import type { ConsoleState } from './api.ts'
import { Button, TextArea } from './fields.tsx'
import { useAction } from './use-action.tsx'

export function FunctionPanel({ state }: { readonly state: ConsoleState }) {
  const [configuration, setConfiguration] = useState<string>()
  const [report, setReport] = useState('')
  const { run, isRunning, problem } = useAction()
  const shown = configuration ?? state.configuration
  const running = state.instances.map(({ number, state: how }) => `${number} ${how}`).join(', ')
  const control = (label: string, action: string) => (
    <Button
      label={label}
      onClick={() => {
        run('function', { action })
      }}
    />
  )
  return (
    <section class="card" aria-labelledby="function">
      <h2 id="function">Function and caches</h2>
      <p class="sub">Instances: {running === '' ? 'none' : running}</p>
      <p class="buttons">
        {control('Freeze', 'freeze')}
        {control('Thaw', 'thaw')}
        {control('Restart', 'restart')}
        <Button
          label="Clear the gateway’s cache"
          onClick={() => {
            run('clear-cache', {})
          }}
        />
      </p>
      <details>
        <summary>Configuration</summary>
        <TextArea
          label="Flat keys, one key=value a line, or the JSON document"
          rows={12}
          value={shown}
          onInput={setConfiguration}
        />
        <p class="buttons">
          <Button
            label="Check and apply"
            disabled={isRunning}
            onClick={() => {
              run('configuration', { configuration: shown }, (answer) => {
                setReport(String(answer['report']))
                setConfiguration(undefined)
              })
            }}
          />
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
