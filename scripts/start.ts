/**
 * Keeps the local stack running until Ctrl-C, and says how to call it.
 * I/O: starts the local stack; writes standard output; listens to signals.
 */
import { API_AUDIENCE } from '../stack/registrations.ts'
import { PATH_PREFIXES, startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'

readCommandLine({
  name: 'start',
  about: `Keeps the local stack running until Ctrl-C: gateway, function, identity domains, Vault and Oracle
Integration, all on loopback. It says how to call it, and what the function logs. It builds first.`,
  options: {},
})
buildFirst()

const stack = await startLocalStack()
const { partnerA } = stack.registrations

const scope = `${API_AUDIENCE}echo:invoke`
const parameters = { grant_type: 'client_credentials', ...stack.callers.scopeParameters(scope) }
const form = Object.entries(parameters).map(
  ([name, value]) => `--data-urlencode '${name}=${value}'`,
)
// RFC 6749 §2.3.1: id and secret are form-encoded before they become Basic credentials. `curl` is
// told them so; `npm run token` does it by itself.
const credentials = [partnerA.clientId, partnerA.clientSecret]
  .map((text) => new URLSearchParams({ '': text }).toString().slice(1))
  .join(':')

console.log(`The local stack is running. Ctrl-C ends it.

  gateway                      ${stack.gateway.url}
  callers’ identity domain     ${stack.callers.url}
  Oracle Integration           ${stack.integration.url}
  its identity domain          ${stack.oicDomain.url}
  Vault                        ${stack.vault.url}

A token:

  TOKEN=$(curl -s -u '${credentials}' ${form.join(' ')} ${stack.callers.tokenEndpoint} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

The same by npm run token, in another terminal, where the secret stands raw:

  export CLIENT_SECRET='${partnerA.clientSecret}'
  TOKEN=$(npm run -s token -- client-credentials --issuer ${stack.callers.url} --client-id ${partnerA.clientId} --scope ${scope})

A call:

  curl -i -H "Authorization: Bearer $TOKEN" ${stack.gateway.url}${PATH_PREFIXES.multiArgument}/echo/hello

What the function logs:
`)

let told = 0
const follow = setInterval(() => {
  for (const { line } of stack.authorizer.log.slice(told)) console.log(line)
  told = stack.authorizer.log.length
}, 200)

function end(): void {
  clearInterval(follow)
  void stack.close().then(() => process.exit(0))
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
