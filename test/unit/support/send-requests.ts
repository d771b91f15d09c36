/**
 * Sends GET requests one after the other, and prints their results. Arguments: URL, connection, number of
 * requests. It runs as a separate process, because Node reads some settings only from the real environment.
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
