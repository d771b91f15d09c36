/**
 * Owns a process of its own that asks one address through the HTTP door and prints what came of
 * it: some of Node's settings are read from the real environment alone.
 * I/O: a request to the address in the first argument; standard output.
 */
import { createHttp } from '../../../src/platform/http.ts'
import { PLENTY_OF_TIME } from './time.ts'

const [, , url = ''] = process.argv
const exchange = await createHttp()({ method: 'GET', url, headers: {} }, PLENTY_OF_TIME)
console.log(exchange.ok ? `status_${exchange.value.status}` : exchange.error)
