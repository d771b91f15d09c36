/** Starts Keycloak, which ends with this process. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { listen } from '../../../stack/listen.ts'

export interface KeycloakServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string
  readonly adminPassword: string
  /** Kills it. Its data were in memory only. */
  stop(): Promise<void>
}

/** The administrator that Keycloak creates at its first start. */
export const adminUser = 'admin'

const readyWithinMilliseconds = 120_000
const pollMilliseconds = 250
const keptOutputLines = 40

/**
 * Runs a command in its own process group, and kills the group when standard input ends: after
 * `stop`, or after any end of this process.
 */
const killGroupAtEndOfInput = `
  exec 3<&0 </dev/null
  { cat <&3 >/dev/null; kill -KILL 0; } &
  exec 3<&-
  exec "$@"
`

/** Starts the Keycloak in `home` with an empty database on a free port. */
export async function startKeycloak(home: string): Promise<KeycloakServer> {
  const url = await freeAddress()
  const adminPassword = randomBytes(18).toString('base64url')
  const child = spawn('/bin/sh', ['-c', killGroupAtEndOfInput, 'sh', ...startCommand(home, url)], {
    detached: true,
    env: { ...inherited(), ...administrator(adminPassword), JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })

  const output: string[] = []
  const keep = (text: string) => {
    output.push(...text.split('\n').filter((line) => line !== ''))
    output.splice(0, output.length - keptOutputLines)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const closed = new Promise<void>((resolve) => {
    child.once('error', resolve)
    child.once('close', () => {
      resolve()
    })
  })
  const stop = async () => {
    child.stdin.destroy()
    await closed
  }

  const giveUp = performance.now() + readyWithinMilliseconds
  while (!(await isReady(url))) {
    const ended = child.exitCode !== null || child.signalCode !== null
    if (ended || performance.now() > giveUp) {
      await stop()
      throw new Error(`Keycloak did not start:\n${output.join('\n')}`)
    }
    await delay(pollMilliseconds)
  }
  return { url, adminPassword, stop }
}

/** Without TLS and with a fixed issuer ("Configuring Keycloak for production"). */
function startCommand(home: string, url: string): string[] {
  const { hostname, port } = new URL(url)
  return [
    join(home, 'bin', 'kc.sh'),
    ...['start', '--optimized', '--http-enabled=true', `--hostname=${url}`],
    ...[`--http-host=${hostname}`, `--http-port=${port}`],
  ]
}

/** Without variables for another Keycloak (`KC_…`, `JAVA_OPTS`). */
function inherited(): Record<string, string | undefined> {
  const { PATH, HOME, JAVA_HOME, TMPDIR } = process.env
  return { PATH, HOME, JAVA_HOME, TMPDIR }
}

function administrator(password: string): Record<string, string> {
  return { KC_BOOTSTRAP_ADMIN_USERNAME: adminUser, KC_BOOTSTRAP_ADMIN_PASSWORD: password }
}

async function freeAddress(): Promise<string> {
  const placeholder = await listen(() => undefined)
  await placeholder.close()
  return placeholder.url
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/realms/master`, { signal: AbortSignal.timeout(5_000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}
