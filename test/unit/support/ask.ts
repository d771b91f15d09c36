/**
 * Requests the URL in the first argument and prints what came of it, in a process of its own, since
 * Node reads some settings from the real environment alone. The second argument is the connection,
 * the third the number of requests, one after the other.
 */
import { createHttp, type HttpRequest } from '../../../src/platform/http.ts'
import { PLENTY_OF_TIME } from './time.ts'

const [, , url = '', connection = 'shared', count = '1'] = process.argv
const http = createHttp()
for (let number = 0; number < Number(count); number += 1) {
  const request = {
    method: 'GET',
    url,
    headers: {},
    connection: connection as NonNullable<HttpRequest['connection']>,
  } as const
  const exchange = await http(request, PLENTY_OF_TIME)
  console.log(exchange.ok ? `status_${exchange.value.status}` : exchange.error)
}
