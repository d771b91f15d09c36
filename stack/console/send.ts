/** Sends a call through the gateway, with a valid token or one with a defect. */
import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { LocalStack } from '../local-stack.ts'
import { text, type Action } from './action.ts'
import { DEFECTS, withDefect, type Defect, type ConsoleCaller } from './callers.ts'
import type { Recorder } from './recorder.ts'

const OWN_TOKEN = 'own'
const NOBODY = 'nobody'

/** Callers beside those of the providers. */
export const OTHER_CALLERS = [
  { id: NOBODY, label: 'nobody: no token', verdict: null },
  { id: OWN_TOKEN, label: 'a token of your own', verdict: null },
]

export function createSend(
  stack: LocalStack,
  recorder: Recorder,
  callers: readonly ConsoleCaller[],
): Action {
  return async (fields) => {
    const callerId = text(fields, 'caller')
    const defect = text(fields, 'defect') as Defect
    if (!Object.hasOwn(DEFECTS, defect)) throw new Error('There is no such defect.')
    const caller = callers.find(({ id }) => id === callerId)
    const label = caller?.label ?? (callerId === OWN_TOKEN ? 'own token' : 'no token')
    const authorizations =
      callerId === NOBODY
        ? []
        : await withDefect(
            callerId === OWN_TOKEN
              ? text(fields, 'token')
                  .trim()
                  .replace(/^Bearer /i, '')
              : await tokenOf(caller),
            defect,
            caller?.provider,
          )
    const requestId = `console/${randomBytes(8).toString('hex')}`
    const description =
      defect === 'none' || callerId === NOBODY
        ? label
        : `${label}; ${DEFECTS[defect].toLowerCase()}`
    const recorded = recorder.recordOf(requestId, description)
    await call(stack, {
      method: text(fields, 'method'),
      path: text(fields, 'path'),
      authorizations,
      requestId,
    })
    return recorded
  }
}

async function tokenOf(caller: ConsoleCaller | undefined): Promise<string> {
  if (caller === undefined) throw new Error('There is no such caller.')
  try {
    return await caller.token()
  } catch {
    throw new Error(`${caller.provider.name} issues no token. Is it switched off?`)
  }
}

interface Outgoing {
  readonly method: string
  readonly path: string
  readonly authorizations: readonly string[]
  readonly requestId: string
}

/** Not `fetch`, which joins headers of the same name. */
function call({ gateway }: LocalStack, outgoing: Outgoing): Promise<void> {
  const { method, path, authorizations, requestId } = outgoing
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new Error('The path must begin with / and have no spaces.')
  if (!/^[A-Z]+$/.test(method)) throw new Error('The method is unknown.')
  return new Promise((resolve, reject) => {
    const request = httpRequest(gateway.url + path, {
      method,
      agent: false,
      headers: [
        ...authorizations.flatMap((value) => ['Authorization', value]),
        ...['opc-request-id', requestId],
        ...['Host', new URL(gateway.url).host],
      ],
    })
    request.once('error', reject)
    request.once('response', (response) => {
      response.resume().once('end', () => {
        resolve()
      })
    })
    request.end()
  })
}
