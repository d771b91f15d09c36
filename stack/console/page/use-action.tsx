import { useState } from 'preact/hooks'
import { post } from './api.ts'

/** Runs an action and shows its failure. */
export function useAction() {
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
