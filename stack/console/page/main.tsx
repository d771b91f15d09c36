import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { follow, type ConsoleState, type RecordedCall } from './api.ts'
import { CallDetails } from './call.tsx'
import { Controls } from './controls.tsx'
import { History } from './history.tsx'

function App() {
  const [state, setState] = useState<ConsoleState>()
  const [calls, setCalls] = useState<readonly RecordedCall[]>([])
  const [selected, setSelected] = useState<number>()
  const [problem, setProblem] = useState<string | undefined>('Connecting …')

  useEffect(() => {
    void follow({
      state: setState,
      calls: setCalls,
      call: (call) => {
        setCalls((earlier) => [call, ...earlier.filter(({ id }) => id !== call.id)])
        setSelected(call.id)
      },
      update: (call) => {
        setCalls((earlier) => earlier.map((each) => (each.id === call.id ? call : each)))
      },
      connection: setProblem,
    })
  }, [])

  const call = calls.find(({ id }) => id === selected) ?? calls[0]
  return (
    <>
      <a class="skip" href="#result">
        Skip to the result
      </a>
      <header>
        <h1>Local stack</h1>
        <p>
          Gateway <code>{state?.gateway ?? '…'}</code>
        </p>
        <p class={problem === undefined ? 'connection good' : 'connection bad'} role="status">
          {problem ?? 'Connected'}
        </p>
      </header>
      <div class="columns">
        {state === undefined ? <aside /> : <Controls state={state} />}
        <main id="result" tabIndex={-1}>
          <p class="announcement" role="status">
            {call === undefined
              ? ''
              : `Call ${call.id}: ${call.status ?? 'no answer'}, ${call.explanation.reason}`}
          </p>
          {call === undefined ? <Welcome /> : <CallDetails call={call} key={call.id} />}
          <History calls={calls} selected={call?.id} onSelect={setSelected} />
        </main>
      </div>
    </>
  )
}

function Welcome() {
  return (
    <section class="card welcome">
      <h2>Send a first call</h2>
      <p>
        Choose who calls, what is wrong with the token, and the route; then press <b>Send</b>. Here
        you see each step of the call: gateway, function, identity provider, Vault and Oracle
        Integration, with the decision and its reason.
      </p>
      <p>Calls from a terminal to the gateway’s address appear here, too.</p>
    </section>
  )
}

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
