import { spawn } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen, readBody } from '../../../stack/listen.ts'
import { startCloud, type Cloud } from '../cloud/cloud.ts'
import { region } from '../cloud/others.ts'
import { writeConfiguration } from './configuration.ts'
import { Docker } from './docker.ts'
import { steps, root, under } from './documents.ts'
import { Fn, type Command, type Outcome } from './fn.ts'
import { callers, credentials, oicDomain, oicHost, oicPath, oicScope, startWorld } from './world.ts'

export const compartment = 'ocid1.compartment.oc1..one'

export interface Transcript {
  readonly stdout: string
  readonly stderr: string
}

export interface OciCall {
  readonly status: number
  readonly args: readonly string[]
}

/** A Cloud Shell: a folder with this project, the real `oci`, and stand-ins for the other commands. */
export interface Session {
  readonly cloud: Cloud
  readonly folder: string
  /** Calls of the stand-ins, with their standard input. */
  readonly commands: readonly Command[]
  ociCalls(): OciCall[]
  /** Pastes text into a new interactive shell, after `. ~/oic.env` if it exists. */
  paste(...texts: string[]): Promise<Transcript>
  close(): Promise<void>
}

/** The input for the prompts of the documents. */
export const newSecret = 'renewed-secret'
const typed: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^ask introspection/, credentials.introspection],
  [/^ask caller/, credentials.caller],
  [/^ask OIC/, credentials.OIC],
  [/^read -rp 'OIC user/, credentials.user],
  [/^renew "\S+"(?! "\$)/, [newSecret]],
  [/^docker login/, ['auth-token']],
]

/** Replaces the values of the first block. */
export const settings = `
REGION=${region} COMPARTMENT=${compartment} GATEWAY_COMPARTMENT=${compartment}
FUNCTION_SUBNET=ocid1.subnet.oc1..f GATEWAY_SUBNET=ocid1.subnet.oc1..g
CALLERS=${callers} OIC_DOMAIN=${oicDomain} OIC_HOST=${oicHost}
OIC_PATH=${oicPath} RESOURCE=hello OIC_SCOPE=${oicScope}
`

/** The errors of `oci` and the shell after a paste that should succeed. */
export function errorsOf(calls: readonly OciCall[], stderr: string): string[] {
  const failed = calls.filter((call) => call.status !== 0 && !isVaultProbe(call))
  return [
    ...failed.map(({ args }) => `oci ${args.join(' ')}`),
    ...(stderr.match(/^(bash: |[^<$]*: oci [a-z].* (failed|ended)).*$/gm) ?? []),
    ...(failed.length > 0 ? [stderr] : []),
  ]
}

/** It may fail, because the host name of a new vault is unknown at first. */
function isVaultProbe({ args }: OciCall): boolean {
  return args.slice(0, 4).join(' ') === 'kms management key list' && args.includes('--no-retry')
}

/** The block with the shell functions. */
export const functions = under(steps, /^Set up the shell/)[1]?.text ?? ''

export async function startSession(): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-shell-'))
  const cloud = await startCloud()
  const world = await startWorld(cloud)
  const commands: Command[] = []
  const docker = new Docker(cloud)
  const fn = new Fn(cloud, (name, args, at) => {
    commands.push({ name, args, input: '', folder: at })
    return docker.answer({ args, input: '' })
  })
  const answer = async (command: Command): Promise<Outcome> => {
    commands.push(command)
    switch (command.name) {
      case 'fn':
        return fn.answer(command)
      case 'docker':
        return docker.answer(command)
      case 'curl':
        return world.curl(command.args, command.input)
      default:
        await cloud.openVault()
        return {}
    }
  }
  const standIns = await listen(async (request, response) => {
    const command = JSON.parse((await readBody(request)).toString()) as Command
    const outcome = await answer(command).catch((error: unknown) => ({
      stderr: `${String(error)}\n`,
      status: 1,
    }))
    response.end(JSON.stringify(outcome))
  })
  const bin = join(folder, 'bin')
  const project = join(folder, 'project')
  prepareFolder(folder, bin, project, cloud)
  const environment = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TMPDIR: tmpdir(),
    STAND_INS: standIns.url,
    OCI: process.env['OCI_COMMAND'],
    OCI_CALLS: join(folder, 'calls'),
    OCI_CLI_CONFIG_FILE: join(folder, 'config'),
    OCI_CLI_ENDPOINT: cloud.url,
    SUPPRESS_LABEL_WARNING: 'True',
    PS1: '',
    PS2: '',
  }
  return {
    cloud,
    folder,
    commands,
    ociCalls: () => readCalls(join(folder, 'calls')),
    paste: (...texts) => {
      const lines = texts.join('\n').split('\n')
      const script = lines.flatMap((line) => [
        line,
        ...(typed.find(([shape]) => shape.test(line))?.[1] ?? []),
      ])
      return runShell(project, environment, `${script.join('\n')}\n`)
    },
    close: async () => {
      const { OCI_COMMANDS_RUN: file } = process.env
      if (file !== undefined)
        appendFileSync(file, readCalls(join(folder, 'calls')).map(wordsOf).join(''))
      await Promise.all([cloud.close(), world.close(), standIns.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function prepareFolder(folder: string, bin: string, project: string, cloud: Cloud): void {
  mkdirSync(bin)
  mkdirSync(project)
  for (const name of readdirSync(root)) {
    const isChanged = name === 'func.yaml' || name === 'deploy'
    if (isChanged) cpSync(join(root, name), join(project, name), { recursive: true })
    else symlinkSync(join(root, name), join(project, name))
  }
  for (const name of ['fn', 'docker', 'curl', 'sleep']) {
    symlinkSync(join(root, 'test/oci/support/stand-in.mjs'), join(bin, name))
  }
  const script = `#!/bin/bash
"$OCI" "$@"
status=$?
{ printf '%s' "$status"; printf '\\x1f%s' "$@"; printf '\\x1e'; } >> "$OCI_CALLS"
exit $status
`
  writeFileSync(join(bin, 'oci'), script, { mode: 0o755 })
  writeFileSync(join(folder, 'calls'), '')
  writeConfiguration(folder, cloud)
}

/** The command without its options, on a line, if it succeeded. */
function wordsOf({ status, args }: OciCall): string {
  const end = args.findIndex((word) => word.startsWith('--'))
  return status === 0 ? `${args.slice(0, end < 0 ? undefined : end).join(' ')}\n` : ''
}

function readCalls(file: string): OciCall[] {
  const records = readFileSync(file, 'utf8').split('\x1e').slice(0, -1)
  return records.map((record) => {
    const [status, ...args] = record.split('\x1f')
    return { status: Number(status), args }
  })
}

function runShell(folder: string, env: NodeJS.ProcessEnv, script: string): Promise<Transcript> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-i'], {
      cwd: folder,
      env,
      detached: true,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', () => {
      resolve({
        stdout,
        stderr: stderr.replace(/^bash: (cannot set|no job).*\n/gm, '').replace(/exit\n$/, ''),
      })
    })
    child.stdin.end(`[ ! -e ~/oic.env ] || . ~/oic.env\n${script}`)
  })
}
