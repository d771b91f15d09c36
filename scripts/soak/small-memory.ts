/** Limits the memory of each instance of the function to that of its container. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallMemory {
  /** Replaces `node`: it joins a control group of its own and executes Node. */
  readonly node: string
  /** The counters of the groups. Call it when all instances have ended. */
  end(): { readonly peakMebibytes: number; readonly killed: number }
}

const CGROUP = '/sys/fs/cgroup/memory'

/** Undefined if control groups cannot be created. */
export function smallMemory(mebibytes: number, node: string): SmallMemory | undefined {
  const parent = join(CGROUP, `soak-${process.pid}`)
  try {
    mkdirSync(parent)
    readFileSync(join(parent, 'memory.max_usage_in_bytes'))
  } catch {
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const script = join(folder, 'node')
  const lines = [
    '#!/bin/sh',
    `group=${parent}/$$`,
    `mkdir "$group" && echo ${mebibytes * 1024 * 1024} > "$group/memory.limit_in_bytes" || exit 1`,
    'echo $$ > "$group/tasks"',
    `exec ${node} "$@"`,
  ]
  writeFileSync(script, `${lines.join('\n')}\n`, { mode: 0o755 })

  return {
    node: script,
    end: () => {
      let peak = 0
      let killed = 0
      for (const entry of readdirSync(parent, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue
        const group = join(parent, entry.name)
        peak = Math.max(
          peak,
          Number(readFileSync(join(group, 'memory.max_usage_in_bytes'), 'utf8')),
        )
        const control = readFileSync(join(group, 'memory.oom_control'), 'utf8')
        killed += Number(/^oom_kill (\d+)$/m.exec(control)?.[1] ?? 0)
        rmdirSync(group)
      }
      rmdirSync(parent)
      rmSync(folder, { recursive: true })
      return { peakMebibytes: Math.round(peak / 1024 / 1024), killed }
    },
  }
}
