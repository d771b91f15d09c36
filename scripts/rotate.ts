/** `npm run rotate`: creates a new client secret and stores it in Vault. */
import { readFileSync } from 'node:fs'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'
import { flag, text } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import { OCI_OPERATIONS } from './rotate/oci.ts'
import { goBack, rotate, type Credential } from './rotate/rotate.ts'

const { values, operand } = readCommandLine({
  name: 'rotate',
  about: `Switches each credential to its second application: the application gets a new client secret, which is
checked at the identity domain and then stored in Vault together with the client id. The other application
keeps its secret, so that no call fails while instances of the function still use it.`,
  options: {
    only: text(
      'NAME',
      'only this credential of FILE: oic or introspection',
      'the name of a credential',
    ),
    back: flag('makes the previous version of each secret current again, if it still works'),
  },
  operand: {
    name: 'FILE',
    meaning: 'the output of `terraform output -json credentials`, or the state of the stack',
    isRequired: true,
  },
  more: `It needs the command oci with a session, as in Cloud Shell. It prints no secret. Exit status: 0 done,
1 a step failed and the message describes the state, 2 wrong usage.

Examples
  terraform -chdir=deploy/stack output -json credentials > credentials.json
  npm run -s rotate -- credentials.json
  npm run -s rotate -- --back credentials.json`,
})

const credentials = exitOnUsageError(() => readCredentials(operand ?? '', values.only))

for (const [name, credential] of credentials) {
  try {
    const clientId = await (values.back ? goBack : rotate)(credential, OCI_OPERATIONS)
    process.stdout.write(`${name}: application ${clientId} is in use\n`)
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

interface State {
  readonly outputs?: { readonly credentials?: { readonly value?: unknown } }
}

function readCredentials(path: string, only: string | undefined): [string, Credential][] {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
    json = (json as State).outputs?.credentials?.value ?? json
  } catch {
    throw new UsageError(
      'FILE is missing or not JSON: terraform -chdir=deploy/stack output -json credentials > FILE',
    )
  }
  const found = typeof json === 'object' && json !== null ? Object.entries(json) : []
  const required = ['domain_url', 'secret_id', 'clients']
  const credentials = found.filter((each): each is [string, Credential] => each[1] !== null)
  for (const [name, credential] of credentials) {
    if (typeof credential !== 'object' || !required.every((member) => member in credential)) {
      throw new UsageError(
        `FILE is not the output credentials of the stack: ${name} lacks members.`,
      )
    }
  }
  if (credentials.length === 0) {
    throw new UsageError(
      'FILE has no credential: rotate the secrets of your own applications yourself.',
    )
  }
  const chosen = credentials.filter(([name]) => only === undefined || name === only)
  if (chosen.length === 0) throw new UsageError(`FILE has no credential ${only ?? ''}.`)
  return chosen
}
