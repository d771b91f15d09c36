/** Generates the specifications and keys in examples/ from the commands on the pages. */
import { readFile } from 'node:fs/promises'

/** The examples' values of the shell variables in the commands. */
const VALUES: Readonly<Record<string, string>> = {
  FUNCTION: 'ocid1.fnfunc.oc1.eu-frankfurt-1.aaaaaaaaexample',
  OIC_HOST: 'design.integration.eu-frankfurt-1.ocp.oraclecloud.com',
  OIC_PATH: '/ic/api/integration/v1/flows/rest/ECHO/1.0',
  OIC_DOMAIN: 'https://idcs-11111111111111111111111111111111.identity.oraclecloud.com',
  OIC_ID: 'CLIENT_ID_OF_THE_APPLICATION_WITH_SERVICEINVOKER',
  OIC_OCID: 'ocid1.vaultsecret.oc1.REGION.OIC_CLIENT_SECRET',
  OIC_SCOPE:
    'https://YOUR_INSTANCE.integration.REGION.ocp.oraclecloud.com:443urn:opc:resource:consumer::all',
  CALLERS: 'https://idcs-00000000000000000000000000000000.identity.oraclecloud.com',
  INTROSPECTION_ID: 'CLIENT_ID_OF_THE_INTROSPECTION_APPLICATION',
  INTROSPECTION_OCID: 'ocid1.vaultsecret.oc1.REGION.INTROSPECTION_CLIENT_SECRET',
  SIGNING_KEY_N: 'MODULUS_OF_THE_SIGNING_KEY',
  BASIC: 'BASE64_OF_USER_COLON_PASSWORD',
}

/** By folder: the page and the heading with the `deploy_api` command. */
const SPECIFICATIONS: Readonly<Record<string, readonly [page: string, heading: string]>> = {
  'identity-domain': ['docs/live-cli.md', '5. The deployment'],
  entra: ['docs/identity-providers/entra.md', 'Deploy it'],
  okta: ['docs/live-cli.md', '5. The deployment'],
  auth0: ['docs/live-cli.md', '5. The deployment'],
  keycloak: ['docs/identity-providers/keycloak.md', 'Deploy it'],
  cognito: ['docs/identity-providers/cognito.md', 'Deploy it'],
  other: ['docs/live-cli.md', '5. The deployment'],
  'patterns/function': ['docs/patterns.md', 'The function'],
  'patterns/open': ['docs/patterns.md', '1. A route without authentication'],
  'patterns/jwt-remote-keys': ['docs/patterns.md', '2. JWT with remote keys'],
  'patterns/jwt-static-keys': ['docs/patterns.md', '3. JWT with static keys'],
  'patterns/jwt-then-basic': ['docs/patterns.md', '4. JWT, then Basic credentials to OIC'],
  'patterns/basic-of-the-caller': ['docs/patterns.md', '5. Basic credentials of the caller'],
  'patterns/basic-at-the-route': ['docs/patterns.md', '6. Basic credentials at the route'],
}

/** Each file with its text. Throws if a page does not have the expected command. */
export async function exampleFiles(): Promise<readonly (readonly [file: string, text: string])[]> {
  const specifications = Object.entries(SPECIFICATIONS).map(async ([folder, [page, heading]]) => {
    const text = await deployedSpecification(await commandsUnder(page, heading))
    return [`examples/${folder}/api-deployment.json`, text] as const
  })
  return [
    ...(await Promise.all(specifications)),
    ['examples/patterns/function/keys.json', await keysOfTheFunction()],
    [
      'examples/patterns/function/terraform.tfvars',
      await readFile('examples/identity-domain/terraform.tfvars', 'utf8'),
    ],
  ]
}

/** The commands in the shell blocks below a heading. */
async function commandsUnder(page: string, heading: string): Promise<readonly string[]> {
  const [, section] = (await readFile(page, 'utf8')).split(`\n## ${heading}\n`)
  const [text = ''] = section?.split(/^## /m) ?? []
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  return blocks.flatMap((block) => block.replaceAll(/\\\n */g, '').split('\n'))
}

/** Does what the shell function `deploy_api NAME FILE PLACEHOLDER VALUE …` does in the last of these commands. */
async function deployedSpecification(commands: readonly string[]): Promise<string> {
  const command = commands.findLast((line) => line.startsWith('deploy_api '))
  if (command === undefined) throw new Error('no deploy_api command')
  const [, , file = '', ...replacements] = command.split(' ').map(filledIn)
  let text = await readFile(file, 'utf8')
  for (let index = 0; index < replacements.length; index += 2) {
    text = text.replaceAll(replacements[index] ?? '', replacements[index + 1] ?? '')
  }
  return text
}

/** The keys that the `set_key` commands of step 4 set. */
async function keysOfTheFunction(): Promise<string> {
  const commands = await commandsUnder('docs/live-cli.md', '4. Permissions, log and keys')
  const keys = commands.flatMap((line) => {
    const [, key, value = ''] = /^set_key (\w+) (\S+)$/.exec(line) ?? []
    return key === undefined ? [] : [[key, filledIn(value)]]
  })
  return JSON.stringify(Object.fromEntries(keys), null, 2)
}

/** One word of a command: `"${NAME:?}/path"`, `"${NAME#https://}"`, or plain text. */
function filledIn(word: string): string {
  return word
    .replace(/^"(.*)"$/, '$1')
    .replaceAll(/\$\{(\w+)(?::\?|#([^}]*))\}/g, (_, name: string, prefix?: string) => {
      const value = VALUES[name]
      if (value === undefined) throw new Error(`${name} has no value for the examples`)
      return prefix !== undefined && value.startsWith(prefix) ? value.slice(prefix.length) : value
    })
}
