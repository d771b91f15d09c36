/** `npm run rotate`: a new client secret in Vault, first and from time to time, without a dropped call. */
import { readFileSync } from 'node:fs'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'
import { flag } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import { OCI_OPERATIONS } from './rotate/oci.ts'
import { rotate, type Credential } from './rotate/rotate.ts'

const { values, operand } = readCommandLine({
  name: 'rotate',
  about: `Puts the second application of each credential into use: a new client secret for it, a token as
the check, then id and secret together into Vault. The application that was in use keeps its secret.`,
  options: {
    back: flag('puts the previous version into use again'),
  },
  operand: {
    name: 'FILE',
    meaning: 'what `terraform output -json credentials` printed',
    isRequired: true,
  },
  more: `It needs the command oci with a session, as in Cloud Shell. It prints no secret.

Examples
  terraform output -json credentials > credentials.json && npm run -s rotate -- credentials.json
  npm run -s rotate -- --back credentials.json`,
})

const credentials = exitOnUsageError(() => {
  try {
    return JSON.parse(readFileSync(operand ?? '', 'utf8')) as Record<string, Credential | null>
  } catch {
    throw new UsageError('FILE is not there or no JSON: terraform output -json credentials > FILE')
  }
})

for (const [name, credential] of Object.entries(credentials)) {
  if (credential === null) continue
  try {
    if (values.back) await OCI_OPERATIONS.usePrevious(credential.secret_id)
    const done = values.back ? 'previous version' : await rotate(credential, OCI_OPERATIONS)
    process.stdout.write(`${name}: in use is ${done}\n`)
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
