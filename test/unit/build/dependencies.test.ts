import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  startDependencies,
  type Dependencies,
} from '../../../scripts/build/rehearsal/dependencies.ts'

let dependencies: Dependencies
beforeEach(async () => {
  dependencies = await startDependencies({ keys: [] })
})
afterEach(() => {
  dependencies.close()
})

async function keys(): Promise<unknown> {
  return (await fetch(`${dependencies.url}/jwks`)).json()
}

describe('the dependencies of the rehearsal', () => {
  it('go on after a client closed its connection within a request', async () => {
    const socket = connect(Number(new URL(dependencies.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write('POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf')
    await keys()
    socket.destroy()
    await once(socket, 'close')

    expect(await keys()).toEqual({ keys: [] })
    expect(dependencies.counts).toEqual({ jwks: 2 })
  })

  it('go on after a client closed its connection before a delayed answer', async () => {
    dependencies.delayBy(50)
    const outgoing = request(`${dependencies.url}/token`, { method: 'POST' })
    outgoing.on('error', () => undefined).end('form')
    await once(outgoing, 'finish')
    outgoing.destroy()

    expect(await keys()).toEqual({ keys: [] })
  })
})
