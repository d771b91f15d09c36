/** What is wrong with a configuration in the unit tests, and remedies that several of them expect. */
import type { ConfigProblem } from '../../../src/config/problems.ts'

export function configProblem(key: string, problem: string, remedy: string): ConfigProblem {
  return { key, problem, remedy }
}

export const REMEDIES = {
  audience:
    'Add it: accepted `aud` values, such as the primary audience of the API’s application, https://api.example.com/.',
  issuer: 'Give the `iss` of the tokens, exact to the byte.',
  introspectionEndpoint:
    'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
  callersClientId: 'Add it: client id of our application at the callers’ identity provider.',
  clientSecret: 'Add it: OCID of the Vault secret with the application’s client secret.',
  tokenEndpoint:
    'Add it: token endpoint of the OIC instance’s identity domain, `https://<domain>/oauth2/v1/token`.',
  backendClientId: 'Add it: client id of the application that holds ServiceInvoker.',
  scope:
    'Add it: scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
  assertionKey:
    'Add it: OCID of the Vault secret with the private key that signs user assertions (PEM, with the certificate beside it, or JWK), for `jwt_bearer`.',
  userAndPassword: 'Add it: OCID of the Vault secret with `user:password`, for `basic`.',
  noSecretOcid:
    'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.',
  noHttps: 'Give a full URL that begins with https://; http is for loopback addresses only.',
  noJsonObject:
    'Check it with a JSON editor, and that it is the document itself and not the name of a file.',
  noKey: 'Give a JWK Set as the identity provider publishes it.',
} as const
