/** The doctor reports problems of the API deployment. */
import { describe } from '@jest/globals'
import { deployed, deployedRoute, replaced, testBroken } from './broken.ts'
import { useSetup, type Json } from './setup.ts'

useSetup()

const deployment = {
  'a wrong argument name': [
    replaced(/"token"/g, '"access_token"'),
    /no argument token/,
    /request\.headers\[Authorization\]/,
  ],
  'a repeated Bearer': [
    replaced(/\$\{request\.auth/g, 'Bearer ${request.auth'),
    /puts Bearer before/,
    /Set Authorization to/,
  ],
  'a missing transformation on one route': [
    deployedRoute((policies) => {
      delete policies.headerTransformations
    }, 2),
    /does not set Authorization/,
    /OVERWRITE/,
  ],
  'a different authentication policy': [
    replaced('CUSTOM_AUTHENTICATION', 'TOKEN_AUTHENTICATION'),
    /is not CUSTOM_AUTHENTICATION/,
    /deploy\/api-deployment/,
  ],
  'a cache key without the token': [
    replaced('"cacheKey":["token"]', '"cacheKey":["opc_request_id"]'),
    /cacheKey.*|does not have token/,
    /one call’s answer to another/,
  ],
  'a transformation that appends': [
    replaced(/OVERWRITE/g, 'APPEND'),
    /does not overwrite/,
    /OVERWRITE/,
  ],
  'a transformation that skips': [
    replaced(/OVERWRITE/g, 'SKIP'),
    /does not overwrite/,
    /OVERWRITE/,
  ],
  'a misspelled variable in the transformation': [
    replaced(/back_end_token/g, 'backend_token'),
    /request\.auth\[backend_token\]/,
    /request\.auth\[back_end_token\]/,
  ],
  'a variable without ${} in the transformation': [
    replaced(/\$\{request\.auth\[back_end_token\]\}/g, 'request.auth[back_end_token]'),
    /to the token alone/,
    /\$\{request\.auth\[back_end_token\]\}/,
  ],
  'a filter that removes the header': [
    deployedRoute(({ headerTransformations }) => {
      Object.assign(headerTransformations ?? {}, {
        filterHeaders: { type: 'ALLOW', items: [{ name: 'Accept' }] },
      })
    }),
    /removes Authorization/,
    /ALLOW list/,
  ],
  'a misspelled header in the argument': [
    replaced('headers[Authorization]', 'headers[Authorisation]'),
    /not where callers send the token/,
    /request\.headers\[Authorization\]/,
  ],
  'an argument that is not an expression': [
    replaced('request.headers[Authorization]', 'request.header[Authorization]'),
    /not an expression/,
    /request\.headers\[Authorization\]/,
  ],
  'an anonymous route with a token': [
    deployedRoute((policies) => {
      policies['authorization'] = { type: 'ANONYMOUS' }
    }),
    /ANONYMOUS/,
    /AUTHENTICATION_ONLY/,
  ],
  'the name of the policy in a text only': [
    deployed((text) =>
      text
        .replace('"type":"CUSTOM_AUTHENTICATION"', '"type":"JWT_AUTHENTICATION"')
        .replace('"body":"', '"body":"CUSTOM_AUTHENTICATION '),
    ),
    /is not CUSTOM_AUTHENTICATION/,
    /deploy\/api-deployment/,
  ],
  'headers that are too large': [
    deployedRoute(({ headerTransformations }) => {
      const { items } = headerTransformations?.['setHeaders'] as { items: Json[] }
      items.push({ name: 'X-Note', values: ['n'.repeat(8192)], ifExists: 'OVERWRITE' })
    }),
    /sets \d+ bytes of headers \(X-Note 8202, Authorization \d+\)/,
    /8 KB/,
  ],
} as const

describe('npm run doctor', () => {
  testBroken({ deployment })
})
