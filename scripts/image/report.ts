import pc from 'picocolors'

export interface Report {
  done(text: string): void
  check(name: string, problems: readonly string[]): void
  isGood(): boolean
}

/** Prints a line for each step, with the seconds since the start. */
export function createReport(): Report {
  const startedAt = performance.now()
  let failed = 0
  const print = (sign: string, text: string): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    console.log(`${String(seconds).padStart(4)} s  ${sign} ${text}`)
  }
  return {
    done: (text) => {
      print(pc.green('✓'), text)
    },
    check: (name, problems) => {
      if (problems.length === 0) {
        print(pc.green('✓'), name)
        return
      }
      failed += 1
      print(pc.red('✗'), name)
      for (const problem of problems) console.log(problem.replaceAll(/^/gm, '          '))
    },
    isGood: () => failed === 0,
  }
}
